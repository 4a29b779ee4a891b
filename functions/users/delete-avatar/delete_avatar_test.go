package main

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
)

const name = "users/delete-avatar"

func TestDeleteAvatarTakesThePictureAwayAndLeavesTheFile(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	ana, other := stand.NewUser(t), stand.NewUser(t)
	for _, user := range []localtest.User{ana, other} {
		upload := buckets.Store(t, stand, user, "me.png", "image/png", files.PNG(files.Picture(9, 9)))
		_, err := stand.Env(t, "users/set-avatar").Uploads().SetAvatar(t.Context(), user.ID, upload.State().ID, func(u *domain.Upload) (domain.Event, error) {
			return u.UseAsAvatar(time.Now(), rand.Reader)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	request := localtest.Request{Method: http.MethodDelete, Path: "/api/users/me/avatar", Token: ana.Token}
	stand.WantCalls(t, name, func() { api.Do(request).Nothing(t) })
	api.Do(request).Nothing(t) // and once more
	pictures, uploads := 0, 0
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["sk"] == "AVATAR" {
			if pictures++; item["pk"] != "USER#"+other.ID.String() {
				t.Errorf("there is still %v", item)
			}
		}
		if item["originalName"] != nil {
			uploads++
		}
	}
	if pictures != 1 || uploads != 2 || len(buckets.Keys(t, stand)) != 2 {
		t.Errorf("%d pictures, %d uploads, objects %q", pictures, uploads, buckets.Keys(t, stand))
	}
	stand.Intercept(localtest.Down())
	api.Do(request).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	api.RefusesStrangers(t, stand, request)
}
