package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

const name = "uploads/complete-multipart"

func path(u *domain.Upload) string { return "/api/uploads/" + u.State().ID.String() + "/complete" }

func open(t testing.TB) (*localtest.Stand, *buckets.Faults, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	return stand, faults, stand.Serve(t, name, handler), stand.NewUser(t)
}

// content has two parts.
var content = files.PDF("1.7", domain.PartSize+5000)

func sent(t testing.TB, stand *localtest.Stand, owner localtest.User, content []byte) *domain.Upload {
	t.Helper()
	upload := buckets.Start(t, stand, owner, int64(len(content)))
	for number := range upload.PartSizes() {
		if got := buckets.SendPart(t, stand, upload, number+1, content); got.Status != http.StatusOK {
			t.Fatalf("S3 answers %d %s", got.Status, got.Body)
		}
	}
	return upload
}

func check(t testing.TB, stand *localtest.Stand, owner localtest.User, upload *domain.Upload) {
	t.Helper()
	stored, err := buckets.Bucket(stand, "UPLOADS_BUCKET").Get(t.Context(), upload.State().Key, 20<<20)
	if err != nil || !bytes.Equal(stored, content) {
		t.Errorf("stored %d bytes, %v", len(stored), err)
	}
	events := 0
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["data"].(map[string]any)["userId"] == owner.ID.String() {
			events++
		}
	}
	if used, open := buckets.Used(t, stand, owner); used != (domain.Usage{Bytes: int64(len(content)), Files: 1}) || open != 0 || events != 1 {
		t.Errorf("counted %+v, %d open, %d events", used, open, events)
	}
}

func TestCompleteMultipartMakesOneFileOfTheParts(t *testing.T) {
	t.Parallel()
	stand, _, api, user := open(t)
	upload := buckets.Start(t, stand, user, int64(len(content)))
	buckets.SendPart(t, stand, upload, 2, content)
	if got := api.Post(path(upload), user.Token, "").Fails(t, http.StatusConflict, "upload.parts_missing").Fields(); got != "part 1" {
		t.Errorf("details name %q", got)
	}
	buckets.SendPart(t, stand, upload, 1, content)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path(upload), user.Token, "") })
	var got httpapi.UploadView
	if answer.Data(t, http.StatusOK, &got); got.Status != "confirmed" || got.Size != int64(len(content)) {
		t.Errorf("got %+v", got)
	}
	if again := api.Post(path(upload), user.Token, ""); again.Status != http.StatusOK || !bytes.Equal(again.Body, answer.Body) {
		t.Errorf("again: %d %s", again.Status, again.Body)
	}
	check(t, stand, user, upload)
}

func TestFiveCompletionsAtOnceMakeOneFile(t *testing.T) {
	t.Parallel()
	stand, _, api, user := open(t)
	upload := sent(t, stand, user, content)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { api.Post(path(upload), user.Token, "").Data(t, http.StatusOK, &httpapi.UploadView{}) })
	}
	all.Wait()
	check(t, stand, user, upload)
}

func TestAKilledCompletionIsFinishedByRepeatingIt(t *testing.T) {
	t.Parallel()
	stand, faults, api, _ := open(t)
	for n, more := int64(1), true; more; n++ {
		user := stand.NewUser(t)
		upload := sent(t, stand, user, content)
		env := stand.Env(t, name)
		complete := CompleteMultipart{Uploads: env.Uploads(), Places: env.Places(), Confirmation: env.Confirmation()}
		ctx, end := context.WithCancel(t.Context())
		heal := faults.Die(n, true, end)
		_, err := complete.Do(ctx, In{Caller: domain.Caller{UserID: user.ID}, UploadID: upload.State().ID, Request: &httpapi.Request{}})
		more = heal() >= n
		end()
		t.Run(fmt.Sprintf("dead after call %d, which gave %v", n, err), func(t *testing.T) {
			api.Post(path(upload), user.Token, "").Data(t, http.StatusOK, &httpapi.UploadView{})
			check(t, stand, user, upload)
		})
		if n > 20 {
			t.Fatal("it makes more than 20 calls")
		}
	}
}

func TestDeletedMeanwhileNothingStays(t *testing.T) {
	t.Parallel()
	stand, faults, api, user := open(t)
	upload := sent(t, stand, user, content)
	faults.DeleteAtCopy(t, user, upload)
	api.Post(path(upload), user.Token, "").Fails(t, http.StatusNotFound, "upload.not_found")
	if keys := buckets.Keys(t, stand); len(keys) != 0 {
		t.Errorf("objects %q", keys)
	}
}

func TestBytesThatChangeMeanwhileAreNotTaken(t *testing.T) {
	t.Parallel()
	stand, faults, api, user := open(t)
	upload := sent(t, stand, user, content)
	faults.ReplaceAtCopy(t, stand, upload)
	api.Post(path(upload), user.Token, "").Fails(t, http.StatusConflict, "upload.changed")
	if keys := buckets.Keys(t, stand); slices.Contains(keys, upload.State().Key) {
		t.Errorf("objects %q", keys)
	}
}

func TestD28PartsThatMakeNoPDFAreRefused(t *testing.T) {
	t.Parallel()
	stand, _, api, user := open(t)
	upload := sent(t, stand, user, make([]byte, len(content)))
	for range 2 {
		api.Post(path(upload), user.Token, "").Fails(t, http.StatusUnsupportedMediaType, "upload.type_unsupported")
	}
	if used, open := buckets.Used(t, stand, user); used != (domain.Usage{}) || open != 0 || len(buckets.Keys(t, stand)) != 0 {
		t.Errorf("counted %+v, %d open, objects %q", used, open, buckets.Keys(t, stand))
	}
}

func TestOnlyTheOwnerCompletes(t *testing.T) {
	t.Parallel()
	stand, _, api, user := open(t)
	upload := buckets.Start(t, stand, user, 1000)
	api.Post(path(upload), stand.NewUser(t).Token, "").Fails(t, http.StatusNotFound, "upload.not_found")
	whole, _ := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 10)
	api.Post(path(whole), user.Token, "").Fails(t, http.StatusConflict, "upload.not_arrived")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path(upload)})
}
