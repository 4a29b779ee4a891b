package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

const (
	name = "auth/change-email"
	path = "/api/auth/email/change"
)

func body(email, password string) string {
	return fmt.Sprintf(`{"newEmail":%q,"password":%q}`, email, password)
}

func stored(t testing.TB, stand *localtest.Stand, user localtest.User) domain.UserState {
	t.Helper()
	found, err := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}.User(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found.State()
}

// D81: whoever had the session had the account: the address changed at once, without a password and unasked.
func TestD81TheAddressStaysUntilTheNewOneIsConfirmed(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	api.Post(path, user.Token, body("new@example.org", "wrong horse battery")).Fails(t, http.StatusBadRequest, "request.invalid")
	if got := stored(t, stand, user); got.PendingEmail != (domain.Email{}) || got.Version != 1 {
		t.Errorf("a wrong password left %+v", got)
	}
	user = stand.NewUser(t)
	var out struct{ Message string }
	stand.WantCalls(t, name, func() {
		api.Post(path, user.Token, body("New@example.org", localtest.Password)).Data(t, http.StatusAccepted, &out)
	})
	got := stored(t, stand, user)
	if got.Email.String() != user.Email || got.PendingEmail.String() != "new@example.org" || got.EmailVerified {
		t.Errorf("stored %+v", got)
	}
	for _, item := range stand.Items(t, "IDENTITY_TABLE") {
		if item["pk"] == "USER#"+user.ID.String() && item["sk"] == "ACCOUNT" {
			event := item["event"].(map[string]any)
			if event["type"] != "auth.email_change_requested" || fmt.Sprint(event["data"]) != "map[userId:"+user.ID.String()+"]" { // D76
				t.Errorf("event %v", event)
			}
		}
	}
}

func TestAPendingChangeCanBeCancelled(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	api.Post(path, user.Token, body("new@example.org", localtest.Password)).Data(t, http.StatusAccepted, &struct{}{})
	pending := stored(t, stand, user)
	if view := httpapi.ViewSelf(domain.RestoreUser(pending)); view.PendingEmail != "new@example.org" {
		t.Errorf("users are shown %q as their pending address", view.PendingEmail)
	}
	api.Post(path, user.Token, body(user.Email, localtest.Password)).Data(t, http.StatusAccepted, &struct{}{})
	if got := stored(t, stand, user); got.PendingEmail != (domain.Email{}) || got.Email.String() != user.Email {
		t.Errorf("stored %+v", got)
	}
	api.Post(path, user.Token, body(user.Email, localtest.Password)).Fails(t, http.StatusBadRequest, "request.invalid")
}

func TestATakenAddressIsAnsweredAsAFreeOne(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	owner := stand.NewUser(t)
	ask := func(email string) (string, []string) {
		user, before := stand.NewUser(t), len(stand.Calls(t, name))
		answer := api.Post(path, user.Token, body(email, localtest.Password))
		return fmt.Sprint(answer.Status, string(answer.Body)), stand.Calls(t, name)[before:]
	}
	free, freeCalls := ask(strings.Repeat("y", strings.Index(owner.Email, "@")) + "@example.org")
	taken, takenCalls := ask(owner.Email)
	if free != taken || !slices.Equal(freeCalls, takenCalls) {
		t.Errorf("free: %s %q\ntaken: %s %q", free, freeCalls, taken, takenCalls)
	}
}

func TestChangeEmailRefuses(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for fields, body := range map[string]string{
		"newEmail": body(user.Email, localtest.Password), "newEmail password": body("nobody", ""), "password": body("new@example.org", ""),
	} {
		if got := api.Post(path, user.Token, body).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != fields {
			t.Errorf("details name %q, want %q", got, fields)
		}
	}
	good := body("new@example.org", localtest.Password)
	api.RefusesBadJSON(t, path, user.Token, good)
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: good})
	for range 5 {
		api.Post(path, user.Token, good).Data(t, http.StatusAccepted, &struct{}{})
	}
	answer := api.Post(path, user.Token, good)
	answer.Fails(t, http.StatusTooManyRequests, "request.rate_limited")
	if got := answer.Header.Get("Ratelimit-Policy"); got != `"mail-address";q=5;w=900` {
		t.Errorf("a stranger's mailbox is guarded by %s", got)
	}
}

// D19: a stolen session is no place to guess the password.
func TestD19WrongPasswordsLock(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for range 5 {
		api.Post(path, user.Token, body("new@example.org", "wrong horse battery")).Fails(t, http.StatusBadRequest, "request.invalid")
	}
	api.Post(path, user.Token, body("new@example.org", localtest.Password)).Fails(t, http.StatusTooManyRequests, "auth.locked")
}
