package main

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const (
	name = "auth/logout"
	path = "/api/auth/logout"
)

func TestLogout(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	phone, laptop := stand.SignIn(t, user, "phone", time.Now()), stand.SignIn(t, user, "laptop", time.Now())
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Token: user.Token})

	stand.WantCalls(t, name, func() {
		answer := api.Post(path, phone.AccessToken, "")
		if answer.Status != http.StatusNoContent || len(answer.Body) != 0 || answer.Header.Get("Content-Type") != "" {
			t.Errorf("got %d %q %s, want 204 and nothing", answer.Status, answer.Body, answer.Header.Get("Content-Type"))
		}
	})
	t.Run("D14: the session's access token is refused at once", func(t *testing.T) {
		api.Post(path, phone.AccessToken, "").Fails(t, http.StatusUnauthorized, "auth.session_ended")
	})
	t.Run("another device stays signed in", func(t *testing.T) {
		if _, err := stand.Env(t, name).Verifier().Verify(t.Context(), laptop.AccessToken); err != nil {
			t.Error(err)
		}
	})
	t.Run("D17: the end is read consistently, so a replica that lags tells nothing else", func(t *testing.T) {
		stand.Intercept(localtest.Lagging)
		defer stand.Intercept(nil)
		if _, err := stand.Env(t, name).Verifier().Verify(t.Context(), phone.AccessToken); !errors.Is(err, domain.ErrSessionEnded) {
			t.Errorf("got %v, want ErrSessionEnded", err)
		}
	})
	t.Run("without the database nobody is let in and nothing is said to have ended", func(t *testing.T) {
		stand.Intercept(localtest.Down("BatchGetItem"))
		api.Post(path, laptop.AccessToken, "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		stand.Intercept(localtest.Down("UpdateItem"))
		api.Post(path, laptop.AccessToken, "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		stand.Intercept(nil)
		if got := api.Post(path, laptop.AccessToken, ""); got.Status != http.StatusNoContent {
			t.Errorf("then: %d %s", got.Status, got.Body)
		}
	})
}
