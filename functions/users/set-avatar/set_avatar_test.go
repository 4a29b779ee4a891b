package main

import (
	"net/http"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
)

const name = "users/set-avatar"

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

func put(token, body string) localtest.Request {
	return localtest.Request{Method: http.MethodPut, Path: "/api/users/me/avatar", Token: token, Body: body}
}

func choice(u *domain.Upload) string { return `{"uploadId":"` + u.State().ID.String() + `"}` }

func picture(t testing.TB, stand *localtest.Stand, user localtest.User) *domain.Upload {
	t.Helper()
	return buckets.Store(t, stand, user, "me.png", "image/png", files.PNG(files.Picture(9, 9)))
}

// changes counts the events avatar.changed.
func changes(t testing.TB, stand *localtest.Stand) (n int) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["type"] == "avatar.changed" {
			n++
		}
	}
	return n
}

func TestSetAvatarTellsOfTheChoice(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := picture(t, stand, user)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Do(put(user.Token, choice(upload))) })
	var got Out
	answer.Data(t, http.StatusOK, &got)
	want := Out{UploadID: upload.State().ID.String(), URL: api.URL + "/api/users/" + user.ID.String() + "/avatar"}
	if got != want || changes(t, stand) != 1 {
		t.Errorf("got %+v and %d events, want %+v and one", got, changes(t, stand), want)
	}
	stored, err := stand.Env(t, "uploads/get-upload").Uploads().Upload(t.Context(), user.ID, upload.State().ID)
	if err != nil || len(stored.Objects()) != 4 {
		t.Errorf("the record names %q, %v; want the file and three thumbnails before they are made", stored.Objects(), err)
	}
}

func TestD10OnlyAPictureOfOnesOwnThatWasConfirmed(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	waiting, _ := buckets.Request(t, stand, user, "me.png", "image/png", 300)
	document := buckets.Store(t, stand, user, "a.pdf", "application/pdf", files.PDF("1.7", 300))
	for about, c := range map[string]struct {
		body, code string
		status     int
	}{
		"another's":          {choice(picture(t, stand, stand.NewUser(t))), "upload.not_found", http.StatusNotFound},
		"one that waits":     {choice(waiting), "upload.no_image", http.StatusBadRequest},
		"a document":         {choice(document), "upload.no_image", http.StatusBadRequest},
		"no id":              {`{"uploadId":"x"}`, "invalid", http.StatusBadRequest},
		"a key":              {`{"uploadId":"../files/x"}`, "invalid", http.StatusBadRequest},
		"null":               {`{"uploadId":null}`, "invalid", http.StatusBadRequest},
		"nothing":            {`{}`, "invalid", http.StatusBadRequest},
		"more than is asked": {`{"uploadId":"x","userId":"y"}`, "", http.StatusBadRequest},
	} {
		answer := api.Do(put(user.Token, c.body))
		if answer.Status != c.status || c.code != "" && c.code != "invalid" && answer.Fails(t, c.status, c.code).Code == "" {
			t.Errorf("%s: %d %s", about, answer.Status, answer.Body)
		}
	}
	if changes(t, stand) != 0 {
		t.Errorf("%d events", changes(t, stand))
	}
	api.RefusesStrangers(t, stand, put("", choice(document)))
}

// At once with its deletion: either there is no picture, or it is one that is there.
func TestAChoiceAndADeletionAtOnce(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for range 10 {
		upload := picture(t, stand, user)
		var both sync.WaitGroup
		both.Go(func() { api.Do(put(user.Token, choice(upload))) })
		both.Go(func() {
			env := stand.Env(t, "uploads/delete-upload")
			_, err := env.Uploads().Change(t.Context(), user.ID, upload.State().ID, func(u *domain.Upload) (*domain.Event, error) { return u.Delete(env.Now(), env.Random) })
			if err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		for _, item := range stand.Items(t, "LEARNING_TABLE") {
			if item["sk"] == "AVATAR" {
				t.Errorf("the picture is an upload that was deleted: %v", item)
			}
		}
	}
}

func TestALostAnswerChoosesOnce(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	upload := picture(t, stand, user)
	intercept, lost := localtest.LoseAnswer("TransactWriteItems", "AVATAR")
	stand.Intercept(intercept)
	if got := api.Do(put(user.Token, choice(upload))); got.Status != http.StatusOK || lost.Load() != 1 || changes(t, stand) != 1 {
		t.Errorf("got %d %s, %d events", got.Status, got.Body, changes(t, stand))
	}
	stand.Intercept(localtest.Down())
	api.Do(put(user.Token, choice(upload))).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}

// The user's picture stays until another can be shown: one that is too large is refused before it
// is chosen, with the reason, and one that turns out to be damaged changes nothing.
func TestABadChoiceLeavesTheGoodPicture(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	uploads := stand.Env(t, "uploads/make-thumbnails").Uploads()
	settle := func(u *domain.Upload, made bool) {
		t.Helper()
		_, err := uploads.Change(t.Context(), user.ID, u.State().ID, func(u *domain.Upload) (*domain.Event, error) {
			u.SettleThumbnails(made)
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	shown := func(want *domain.Upload) {
		t.Helper()
		got, err := stand.Env(t, "users/get-avatar").Uploads().Picture(t.Context(), user.ID)
		if err != nil || got.State().ID != want.State().ID {
			t.Errorf("the picture is %v, %v; want %s", got, err, want.State().ID)
		}
	}
	good, damaged := picture(t, stand, user), picture(t, stand, user)
	large := buckets.Store(t, stand, user, "me.png", "image/png", files.Large(7746, 7746))
	api.Do(put(user.Token, choice(good))).Data(t, http.StatusOK, &Out{})
	settle(good, true)
	api.Do(put(user.Token, choice(large))).Fails(t, http.StatusRequestEntityTooLarge, "avatar.too_large")
	shown(good)
	api.Do(put(user.Token, choice(damaged))).Data(t, http.StatusOK, &Out{})
	shown(good)
	settle(damaged, false)
	shown(good)
	api.Do(put(user.Token, choice(damaged))).Fails(t, http.StatusBadRequest, "avatar.refused")
	shown(good)
	env := stand.Env(t, "uploads/delete-upload")
	if _, err := env.Uploads().Change(t.Context(), user.ID, damaged.State().ID, func(u *domain.Upload) (*domain.Event, error) { return u.Delete(env.Now(), env.Random) }); err != nil {
		t.Fatal(err)
	}
	shown(good)
	second := picture(t, stand, user)
	api.Do(put(user.Token, choice(second))).Data(t, http.StatusOK, &Out{})
	shown(good)
	settle(second, true)
	shown(second)
}
