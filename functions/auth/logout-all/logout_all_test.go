package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
)

const (
	name = "auth/logout-all"
	path = "/api/auth/logout-all"
)

// D16: everybody's sessions were scanned, and only the first thousand were seen.
func TestD16LogoutAllEndsAllOfOneUserInOneWrite(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, neighbour := stand.NewUser(t), stand.NewUser(t)
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Token: neighbour.Token})
	neighbours := stand.SignIn(t, neighbour, "", time.Now().Add(time.Second))
	var all []auth.Tokens
	for range 20 {
		all = append(all, stand.SignIn(t, user, "", time.Now()))
	}
	stand.WantCalls(t, name, func() {
		if got := api.Post(path, all[0].AccessToken, ""); got.Status != http.StatusNoContent {
			t.Errorf("got %d %s, want 204", got.Status, got.Body)
		}
	})
	for _, tokens := range all {
		api.Post(path, tokens.AccessToken, "").Fails(t, http.StatusUnauthorized, "auth.session_ended")
	}
	verifier := stand.Env(t, name).Verifier()
	if _, err := verifier.Verify(t.Context(), neighbours.AccessToken); err != nil {
		t.Errorf("the neighbour: %v", err)
	}
	if _, err := verifier.Verify(t.Context(), stand.SignIn(t, user, "", time.Now()).AccessToken); err != nil {
		t.Errorf("who signs in again: %v", err)
	}
}
