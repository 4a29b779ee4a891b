package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
)

const (
	name = "auth/revoke-session"
	path = "/api/auth/sessions/"
)

func TestRevokeSession(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, neighbour := stand.NewUser(t), stand.NewUser(t)
	phone, laptop := stand.SignIn(t, user, "phone", time.Now()), stand.SignIn(t, user, "laptop", time.Now())
	others := stand.SignIn(t, neighbour, "", time.Now())
	id := func(token string) string {
		caller, err := stand.Env(t, name).Tokens().Verify(token)
		if err != nil {
			t.Fatal(err)
		}
		return caller.SessionID.String()
	}
	revoke := func(id, token string) localtest.Answer {
		return api.Do(localtest.Request{Method: http.MethodDelete, Path: path + id, Token: token})
	}
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodDelete, Path: path + id(phone.AccessToken), Token: laptop.AccessToken})

	t.Run("another user's session, an unknown one and what is no id are 404", func(t *testing.T) {
		for _, id := range []string{id(others.AccessToken), "019ac1f0-0000-7000-8000-000000000000", "me", "undefined"} {
			if got := revoke(id, laptop.AccessToken); got.Status != http.StatusNotFound {
				t.Errorf("%s: got %d, want 404", id, got.Status)
			}
		}
		if _, err := stand.Env(t, name).Verifier().Verify(t.Context(), others.AccessToken); err != nil {
			t.Errorf("the neighbour's session: %v", err)
		}
	})
	t.Run("the lost phone is signed out at once, the laptop is not", func(t *testing.T) {
		stand.WantCalls(t, name, func() {
			if got := revoke(id(phone.AccessToken), laptop.AccessToken); got.Status != http.StatusNoContent {
				t.Errorf("got %d %s, want 204", got.Status, got.Body)
			}
		})
		revoke(id(laptop.AccessToken), phone.AccessToken).Fails(t, http.StatusUnauthorized, "auth.session_ended")
		if got := revoke(id(phone.AccessToken), laptop.AccessToken); got.Status != http.StatusNoContent { // the answer was lost
			t.Errorf("again: got %d %s, want 204", got.Status, got.Body)
		}
	})
}
