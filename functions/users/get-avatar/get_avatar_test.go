package main

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
)

const name = "users/get-avatar"

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

func path(user localtest.User, query string) string {
	return "/api/users/" + user.ID.String() + "/avatar" + query
}

// chosen is a user's picture of which no thumbnails were made.
func chosen(t testing.TB, stand *localtest.Stand, user localtest.User) *domain.Upload {
	t.Helper()
	upload := buckets.Store(t, stand, user, "me.png", "image/png", files.PNG(files.Picture(9, 9)))
	upload, err := stand.Env(t, "users/set-avatar").Uploads().SetAvatar(t.Context(), user.ID, upload.State().ID, func(u *domain.Upload) (domain.Event, error) {
		return u.UseAsAvatar(time.Now(), rand.Reader)
	})
	if err != nil {
		t.Fatal(err)
	}
	return upload
}

// settle puts thumbnails that say their key, or notes that there can be none.
func settle(t testing.TB, stand *localtest.Stand, u *domain.Upload, made bool) {
	t.Helper()
	for _, key := range domain.ThumbnailKeys(u.State().ID) {
		if err := buckets.Bucket(stand, "UPLOADS_BUCKET").Put(t.Context(), key, "text/html", []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := stand.Env(t, "uploads/make-thumbnails").Uploads().Change(t.Context(), u.State().Owner, u.State().ID, func(u *domain.Upload) (*domain.Event, error) {
		u.SettleThumbnails(made)
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGetAvatarShowsAnybodysPicture(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	upload := chosen(t, stand, ana)
	settle(t, stand, upload, true)
	for _, who := range []localtest.User{ana, stand.NewUser(t)} {
		for query, size := range map[string]int{"?size=64": 64, "?size=256": 256, "?size=512": 512, "": 256} {
			var answer localtest.Answer
			stand.WantCalls(t, name, func() { answer = api.Get(path(ana, query), who.Token) })
			if answer.Status != http.StatusFound || answer.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("got %d %v", answer.Status, answer.Header)
			}
			got := buckets.Follow(t, http.MethodGet, answer.Header.Get("Location"), nil, nil)
			if got.Status != http.StatusOK || !bytes.Equal(got.Body, []byte(domain.ThumbnailKey(upload.State().ID, size))) {
				t.Errorf("%s leads to %d %s", query, got.Status, got.Body)
			}
			// D33 and D79: private, and of the type that is said here, whatever is stored with the object.
			if h := got.Header; h.Get("Content-Type") != "image/jpeg" || h.Get("Cache-Control") != "private, max-age=300" || h.Get("Content-Disposition") != "inline" {
				t.Errorf("headers %v", h)
			}
		}
	}
}

func TestWhyThereIsNoPicture(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	get := func() localtest.Answer { return api.Get(path(ana, "?size=64"), ana.Token) }
	get().Fails(t, http.StatusNotFound, "avatar.not_found")
	upload := chosen(t, stand, ana)
	get().Fails(t, http.StatusNotFound, "avatar.not_ready")
	settle(t, stand, upload, false)
	get().Fails(t, http.StatusNotFound, "avatar.refused")
	env := stand.Env(t, "uploads/delete-upload")
	if _, err := env.Uploads().Change(t.Context(), ana.ID, upload.State().ID, func(u *domain.Upload) (*domain.Event, error) { return u.Delete(env.Now(), env.Random) }); err != nil {
		t.Fatal(err)
	}
	get().Fails(t, http.StatusNotFound, "avatar.not_found")
	for _, size := range []string{"0", "65", "-64", "1000000", "x", ""} {
		if fields := api.Get(path(ana, "?size="+size), ana.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); fields != "size" {
			t.Errorf("size %q: refused for %q", size, fields)
		}
	}
	api.Get(strings.Replace(path(ana, ""), ana.ID.String(), "me", 1), ana.Token).Fails(t, http.StatusNotFound, "avatar.not_found")
	stand.Intercept(localtest.Down())
	get().Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}

func TestD10StrangersSeeNoPicture(t *testing.T) {
	t.Parallel()
	stand, api, ana := open(t)
	settle(t, stand, chosen(t, stand, ana), true)
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path(ana, "")})
}
