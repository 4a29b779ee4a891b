package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
)

const (
	name = "auth/list-sessions"
	path = "/api/auth/sessions"
)

func TestD18ListSessions(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path, Token: user.Token})
	now := time.Now()
	phone := stand.SignIn(t, user, "phone", now.Add(-time.Minute))
	laptop := stand.SignIn(t, user, "laptop", now)
	stand.SignIn(t, stand.NewUser(t), "somebody else's", now)

	var got []Session
	stand.WantCalls(t, name, func() { api.Get(path, phone.AccessToken).Data(t, http.StatusOK, &got) })
	if len(got) != 2 || got[0].Device != "laptop" || got[0].Current || got[1].Device != "phone" || !got[1].Current {
		t.Errorf("got %+v, want laptop and phone, the phone as current", got)
	}
	if got[0].Region != localtest.Region || got[0].CreatedAt == "" || got[0].LastUsedAt == "" || got[0].ExpiresAt <= got[0].CreatedAt {
		t.Errorf("got %+v", got[0])
	}
	t.Run("shows nothing that makes a token", func(t *testing.T) {
		text := string(api.Get(path, phone.AccessToken).Body)
		for _, secret := range []string{"seed", "generation", "hash", "oken", laptop.RefreshToken[48:]} {
			if strings.Contains(text, secret) {
				t.Errorf("the answer holds %q: %s", secret, text)
			}
		}
	})
	t.Run("without the database is 503", func(t *testing.T) {
		stand.Intercept(localtest.Down("Query"))
		defer stand.Intercept(nil)
		api.Get(path, phone.AccessToken).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	})
}
