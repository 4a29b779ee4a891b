package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

const name = "uploads/confirm-upload"

func path(u *domain.Upload) string { return "/api/uploads/" + u.State().ID.String() + "/confirm" }

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

// sent is an upload whose bytes have arrived.
func sent(t testing.TB, stand *localtest.Stand, owner localtest.User, contentType string, content []byte) *domain.Upload {
	t.Helper()
	upload, form := buckets.Request(t, stand, owner, "a", contentType, int64(len(content)))
	if got := buckets.Send(t, form, content); got.Status != http.StatusNoContent {
		t.Fatalf("S3 answers %d %s", got.Status, got.Body)
	}
	return upload
}

func events(t testing.TB, stand *localtest.Stand) int {
	t.Helper()
	return localtest.With(stand.Items(t, "LEARNING_TABLE"), "event")
}

func TestConfirmUploadMakesAFile(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	content := files.PNG(files.Picture(30, 20))
	upload := sent(t, stand, user, "image/png", content)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path(upload), user.Token, "") })
	var got httpapi.UploadView
	answer.Data(t, http.StatusOK, &got)
	if got.Status != "confirmed" || got.ContentType != "image/png" || got.Size != int64(len(content)) || !strings.HasSuffix(got.URL, "/content") {
		t.Errorf("got %+v", got)
	}
	if keys := buckets.Keys(t, stand); !slices.Equal(keys, []string{"files/" + got.ID}) {
		t.Errorf("objects %q", keys)
	}
	stored, err := buckets.Bucket(stand, "UPLOADS_BUCKET").Get(t.Context(), "files/"+got.ID, 1<<20)
	if err != nil || !bytes.Equal(stored, content) {
		t.Errorf("stored %d bytes, %v", len(stored), err)
	}
	again := api.Post(path(upload), user.Token, "")
	if again.Status != http.StatusOK || !bytes.Equal(again.Body, answer.Body) || events(t, stand) != 1 {
		t.Errorf("again: %d %s with %d events", again.Status, again.Body, events(t, stand))
	}
	if used, open := buckets.Used(t, stand, user); used != (domain.Usage{Bytes: int64(len(content)), Files: 1}) || open != 0 {
		t.Errorf("counted %+v, %d open", used, open)
	}
}

func TestD28WrongFilesAreRefusedAndRightOnesAccepted(t *testing.T) {
	t.Parallel()
	stand, api, _ := open(t)
	wrong, right := files.Wrong(), files.Right()
	if len(wrong) < 200 || len(right) < 50 {
		t.Fatalf("%d wrong and %d right files", len(wrong), len(right))
	}
	var mu sync.Mutex
	reasons := map[string]int{}
	spread(stand, t, wrong, func(user localtest.User, file files.File) {
		answer := api.Post(path(sent(t, stand, user, file.Type, file.Content)), user.Token, "")
		var refusal localtest.Failure
		if err := json.Unmarshal(answer.Body, &refusal); err != nil || !slices.Contains(wantRefusals, refusal.Code) || answer.Status != 415 && answer.Status != 413 {
			t.Errorf("%s: got %d %s", file.About, answer.Status, answer.Body)
		} else if strings.Contains(file.About, "bomb") != (refusal.Code == "upload.image_too_large") {
			t.Errorf("%s: %s", file.About, refusal.Code)
		}
		mu.Lock()
		defer mu.Unlock()
		reasons[refusal.Code]++
	})
	t.Logf("%d refused: %v", len(wrong), reasons)
	if keys := buckets.Keys(t, stand); len(keys) != 0 {
		t.Errorf("wrong files lie under %q", keys)
	}
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["event"] != nil || item["open"] != nil && (item["bytes"] != 0.0 || item["files"] != 0.0) {
			t.Errorf("wrong files left %v", item)
		}
	}
	spread(stand, t, right, func(user localtest.User, file files.File) {
		var got httpapi.UploadView
		answer := api.Post(path(sent(t, stand, user, file.Type, file.Content)), user.Token, "")
		if answer.Status != http.StatusOK {
			t.Errorf("%s: got %d %s", file.About, answer.Status, answer.Body)
			return
		}
		if answer.Data(t, http.StatusOK, &got); got.ContentType != file.Type {
			t.Errorf("%s became %s", file.About, got.ContentType)
		}
	})
	if n := events(t, stand); n != len(right) {
		t.Errorf("%d events of %d files", n, len(right))
	}
}

var wantRefusals = []string{"upload.type_unsupported", "upload.type_mismatch", "upload.ambiguous", "upload.image_too_large"}

// spread does something with every file, for eight users at a time.
func spread(stand *localtest.Stand, t *testing.T, all []files.File, do func(localtest.User, files.File)) {
	t.Helper()
	next := make(chan files.File)
	var workers sync.WaitGroup
	for range 8 {
		user := stand.NewUser(t)
		workers.Go(func() {
			for file := range next {
				do(user, file)
			}
		})
	}
	for _, file := range all {
		next <- file
	}
	close(next)
	workers.Wait()
}

func TestARefusalIsRepeatedAndFreesThePlaceOnce(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	buckets.Request(t, stand, user, "other", "application/pdf", 7) // stays open
	upload := sent(t, stand, user, "image/png", files.JPEG(files.Picture(5, 5), 80))
	for range 3 {
		api.Post(path(upload), user.Token, "").Fails(t, http.StatusUnsupportedMediaType, "upload.type_mismatch")
		if used, open := buckets.Used(t, stand, user); used != (domain.Usage{Bytes: 7, Files: 1}) || open != 1 {
			t.Errorf("counted %+v, %d open", used, open)
		}
	}
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["reason"] == "upload.type_mismatch" && item["expiresAt"] == nil {
			t.Error("the refusal stays for ever")
		}
	}
}

func TestWhatHasNotArrivedIsToldAndCanComeStill(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	content := files.PDF("1.7", 200)
	upload, form := buckets.Request(t, stand, user, "a", "application/pdf", int64(len(content)))
	api.Post(path(upload), user.Token, "").Fails(t, http.StatusConflict, "upload.not_arrived")
	buckets.Send(t, form, content)
	api.Post(path(upload), user.Token, "").Data(t, http.StatusOK, &httpapi.UploadView{})
}

func TestD10AnothersUploadIsNotFound(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	upload := sent(t, stand, ana, "application/pdf", files.PDF("1.7", 200))
	api.Post(path(upload), stand.NewUser(t).Token, "").Fails(t, http.StatusNotFound, "upload.not_found")
	api.Post("/api/uploads/undefined/confirm", ana.Token, "").Fails(t, http.StatusNotFound, "not_found")
}

func TestTwentyConfirmationsAtOnceGiveOneEvent(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := sent(t, stand, user, "application/pdf", files.PDF("1.7", 2000))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { api.Post(path(upload), user.Token, "").Data(t, http.StatusOK, &httpapi.UploadView{}) })
	}
	all.Wait()
	used, open := buckets.Used(t, stand, user)
	if events(t, stand) != 1 || used != (domain.Usage{Bytes: 2000, Files: 1}) || open != 0 || len(buckets.Keys(t, stand)) != 1 {
		t.Errorf("%d events, counted %+v, %d open, objects %q", events(t, stand), used, open, buckets.Keys(t, stand))
	}
}

// The function dies at each of its calls to DynamoDB and S3, before the call is done and after; a repetition finishes.
func TestAKilledConfirmationIsFinishedByRepeatingIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, claimed, code string
		content              []byte
	}{{"a right file", "image/png", "", files.PNG(files.Picture(9, 9))}, {"a wrong one", "image/jpeg", "upload.type_mismatch", files.PNG(files.Picture(9, 9))}} {
		stand := localtest.New(t)
		buckets.Open(t, stand)
		faults := buckets.Between(t, stand)
		api := stand.Serve(t, name, handler)
		for n, more := int64(1), true; more; n++ {
			for _, done := range []bool{false, true} {
				user := stand.NewUser(t)
				upload := sent(t, stand, user, c.claimed, c.content)
				before := events(t, stand)
				ctx, end := context.WithCancel(t.Context())
				heal := faults.Die(n, done, end)
				_, err := stand.Env(t, name).Confirmation().Do(ctx, user.ID, upload.State().ID)
				more = heal() >= n
				end()
				at := fmt.Sprintf("%s, dead at call %d, done: %v, which gave %v", c.about, n, done, err)
				again := api.Post(path(upload), user.Token, "")
				used, open := buckets.Used(t, stand, user)
				size, wantEvents := int64(len(c.content)), 1
				if c.code != "" {
					again.Fails(t, http.StatusUnsupportedMediaType, c.code)
					size, wantEvents = 0, 0
				} else {
					again.Data(t, http.StatusOK, &httpapi.UploadView{})
				}
				if used.Bytes != size || open != 0 || events(t, stand)-before != wantEvents {
					t.Errorf("%s: counted %+v, %d open, %d events", at, used, open, events(t, stand)-before)
				}
				if there, err := buckets.Bucket(stand, "UPLOADS_BUCKET").Exists(t.Context(), upload.State().Key); err != nil || there != (c.code == "") {
					t.Errorf("%s: the file is there: %v, %v", at, there, err)
				}
			}
			if n > 30 {
				t.Fatal("it makes more than 30 calls")
			}
		}
	}
}

// Bytes that replace those that were judged do not become the file.
func TestBytesThatChangeMeanwhileAreNotTaken(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	api, user := stand.Serve(t, name, handler), stand.NewUser(t)
	good := files.PDF("1.7", 3000)
	evil := append([]byte("<html><script>alert(1)</script>"), make([]byte, 3000-31)...)
	upload, form := buckets.Request(t, stand, user, "a", "application/pdf", 3000)
	buckets.Send(t, form, good)
	swapped := false
	faults.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Header.Get("X-Amz-Copy-Source") != "" && !swapped {
			swapped = true
			buckets.Send(t, form, evil)
		}
		next.ServeHTTP(w, r)
	})
	api.Post(path(upload), user.Token, "").Fails(t, http.StatusConflict, "upload.changed")
	if keys := buckets.Keys(t, stand); !swapped || slices.Contains(keys, upload.State().Key) {
		t.Errorf("objects %q", keys)
	}
	api.Post(path(upload), user.Token, "").Fails(t, http.StatusUnsupportedMediaType, "upload.type_unsupported")
}

func TestDeletedMeanwhileNothingStays(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	api, user := stand.Serve(t, name, handler), stand.NewUser(t)
	upload := sent(t, stand, user, "application/pdf", files.PDF("1.7", 300))
	faults.DeleteAtCopy(t, user, upload)
	api.Post(path(upload), user.Token, "").Fails(t, http.StatusNotFound, "upload.not_found")
	if keys := buckets.Keys(t, stand); len(keys) != 0 {
		t.Errorf("objects %q", keys)
	}
	if used, open := buckets.Used(t, stand, user); used != (domain.Usage{}) || open != 0 {
		t.Errorf("counted %+v, %d open", used, open)
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload, _ := buckets.Request(t, stand, user, "a", "application/pdf", 5)
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path(upload)})
}

func TestADeadStoreIs503AndChangesNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	api, user := stand.Serve(t, name, handler), stand.NewUser(t)
	upload := sent(t, stand, user, "application/pdf", files.PDF("1.7", 300))
	faults.Intercept(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	api.Post(path(upload), user.Token, "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	faults.Intercept(nil)
	api.Post(path(upload), user.Token, "").Data(t, http.StatusOK, &httpapi.UploadView{})
}
