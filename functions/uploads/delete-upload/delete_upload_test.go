package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
)

const name = "uploads/delete-upload"

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

func del(u *domain.Upload, token string) localtest.Request {
	return localtest.Request{Method: http.MethodDelete, Path: "/api/uploads/" + u.State().ID.String(), Token: token}
}

// left checks what remains of a user: files counted, open ones, objects, deletions told.
func left(t testing.TB, stand *localtest.Stand, owner localtest.User, want domain.Usage, objects, deleted int) {
	t.Helper()
	used, open := buckets.Used(t, stand, owner)
	events := 0
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["type"] == "upload.deleted" {
			events++
		}
	}
	if keys := buckets.Keys(t, stand); used != want || open != 0 || len(keys) != objects || events != deleted {
		t.Errorf("counted %+v, %d open, objects %q, %d events; want %+v, %d objects, %d events", used, open, keys, events, want, objects, deleted)
	}
}

func TestDeleteUploadRemovesRecordBytesAndCount(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	kept := files.PDF("1.7", 500)
	buckets.Store(t, stand, user, "b.pdf", "application/pdf", kept)
	upload := buckets.Store(t, stand, user, "a.pdf", "application/pdf", files.PDF("1.7", 300))
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Do(del(upload, user.Token)) })
	if answer.Status != http.StatusNoContent {
		t.Fatalf("got %d %s", answer.Status, answer.Body)
	}
	if again := api.Do(del(upload, user.Token)); again.Status != http.StatusNoContent {
		t.Errorf("again: %d %s", again.Status, again.Body)
	}
	left(t, stand, user, domain.Usage{Bytes: int64(len(kept)), Files: 1}, 1, 1)
	// D33: what was deleted can be read no more, by a link of before either.
	if _, err := stand.Env(t, name).Uploads().Upload(t.Context(), user.ID, upload.State().ID); err != domain.ErrNoUpload {
		t.Errorf("the record: %v", err)
	}
}

func TestWhatHasNotArrivedIsGivenUp(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload, form := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 300)
	buckets.Send(t, form, files.PDF("1.7", 300))
	if got := api.Do(del(upload, user.Token)); got.Status != http.StatusNoContent {
		t.Fatalf("got %d %s", got.Status, got.Body)
	}
	left(t, stand, user, domain.Usage{}, 0, 0)
}

func TestD10AnothersUploadStays(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	upload := buckets.Store(t, stand, ana, "a.pdf", "application/pdf", files.PDF("1.7", 300))
	if got := api.Do(del(upload, stand.NewUser(t).Token)); got.Status != http.StatusNoContent { // as of one that does not exist
		t.Errorf("got %d %s", got.Status, got.Body)
	}
	left(t, stand, ana, domain.Usage{Bytes: 300, Files: 1}, 1, 0)
	api.RefusesStrangers(t, stand, del(upload, ""))
}

func TestTenDeletionsAtOnceFreeOnce(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := buckets.Store(t, stand, user, "a.pdf", "application/pdf", files.PDF("1.7", 300))
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if got := api.Do(del(upload, user.Token)); got.Status != http.StatusNoContent {
				t.Errorf("got %d %s", got.Status, got.Body)
			}
		})
	}
	all.Wait()
	left(t, stand, user, domain.Usage{}, 0, 1)
}

// The function dies at each of its calls, before it is done and after; a repetition finishes, and the place is freed once.
func TestAKilledDeletionIsFinishedByRepeatingIt(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	api, events := stand.Serve(t, name, handler), 0
	for n, more := int64(1), true; more; n++ {
		for _, done := range []bool{false, true} {
			user := stand.NewUser(t)
			upload := buckets.Store(t, stand, user, "a.pdf", "application/pdf", files.PDF("1.7", 300))
			env, places := stand.Env(t, name), stand.Env(t, name).Places()
			remove := DeleteUpload{Uploads: env.Uploads(), Files: func(p domain.Place) Files { return places(p) }, Now: env.Now, Random: env.Random}
			ctx, end := context.WithCancel(t.Context())
			heal := faults.Die(n, done, end)
			_, err := remove.Do(ctx, In{Caller: domain.Caller{UserID: user.ID}, UploadID: upload.State().ID})
			more = heal() >= n
			end()
			t.Run(fmt.Sprintf("dead at call %d, done: %v, which gave %v", n, done, err), func(t *testing.T) {
				if got := api.Do(del(upload, user.Token)); got.Status != http.StatusNoContent {
					t.Errorf("got %d %s", got.Status, got.Body)
				}
				events++
				left(t, stand, user, domain.Usage{}, 0, events)
			})
		}
		if n > 20 {
			t.Fatal("it makes more than 20 calls")
		}
	}
}
