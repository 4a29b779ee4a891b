package main

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
)

const name = "uploads/get-upload"

func path(u *domain.Upload) string { return "/api/uploads/" + u.State().ID.String() }

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

func TestGetUploadAnswersTheUploadAndALink(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	content := files.JPEG(files.Picture(12, 12), 80)
	upload := buckets.Store(t, stand, user, "Größe.jpg", "image/jpeg", content)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path(upload), user.Token) })
	var got Out
	answer.Data(t, http.StatusOK, &got)
	ends, err := time.Parse(time.RFC3339, got.LinkExpiresAt)
	if left := time.Until(ends); got.ID != upload.State().ID.String() || got.Status != "confirmed" || got.OriginalName != "Größe.jpg" || err != nil || left > 5*time.Minute || left < 4*time.Minute {
		t.Errorf("got %+v", got)
	}
	// D31: what is answered can be followed, by an <img> of a page too, which sends no token.
	picture := buckets.Follow(t, http.MethodGet, got.Link, nil, nil)
	if picture.Status != http.StatusOK || !bytes.Equal(picture.Body, content) || picture.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the link yields %d, %d bytes of %s", picture.Status, len(picture.Body), picture.Header.Get("Content-Type"))
	}
}

func TestWhatIsNotConfirmedHasNoLink(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload, _ := buckets.Request(t, stand, user, "a.pdf", "application/pdf", 10)
	var got Out
	answer := api.Get(path(upload), user.Token)
	answer.Data(t, http.StatusOK, &got)
	if got.Status != "requested" || got.Link != "" || got.LinkExpiresAt != "" || got.ExpiresAt == "" {
		t.Errorf("got %s", answer.Body)
	}
}

func TestD10AnothersUploadIsNotFound(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	upload, _ := buckets.Request(t, stand, ana, "a.pdf", "application/pdf", 10)
	api.Get(path(upload), stand.NewUser(t).Token).Fails(t, http.StatusNotFound, "upload.not_found")
	api.Get("/api/uploads/x", ana.Token).Fails(t, http.StatusNotFound, "not_found")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path(upload)})
}
