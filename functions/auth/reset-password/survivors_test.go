package main

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/regional"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

// TestNoSessionOfTheOldPasswordSurvivesAReset: a sign-in that has read the old password opens its
// session after all were ended.
func TestNoSessionOfTheOldPasswordSurvivesAReset(t *testing.T) {
	t.Parallel()
	for _, mode := range regional.Modes {
		t.Run(mode, func(t *testing.T) {
			regions := regional.New(t, mode, 5*time.Millisecond)
			regions.NoOldSessionSurvives(t, regional.Rounds(), func(region string, user *domain.User) {
				event, err := domain.NewEvent("test", time.Now(), rand.Reader, nil)
				if err != nil {
					t.Error(err)
				}
				url, err := regions.Env(t, region, "auth/send-account-mail").Links().Issue(t.Context(), domain.ResetLink, user.ID(), user.State().Email, event)
				if err != nil {
					t.Error(err)
					return
				}
				r := &httpapi.Request{Body: fmt.Appendf(nil, `{"token":%q,"password":%q}`, localtest.TokenOf(t, url), next)}
				r.Headers = map[string]string{"content-type": "application/json"}
				if _, err := slowly(regions.Env(t, region, name))(t.Context(), r); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// slowly is handler with a hash that takes a few milliseconds.
func slowly(env *platform.Env) httpapi.Handler {
	home := env.Accounts().AtHome()
	reset := ResetPassword{Links: home, Users: home, Accounts: home, Sessions: env.Sessions(), Limits: env.Limits(),
		Cost: auth.Argon2id{MemoryKiB: 4096, Passes: 2, Lanes: 1}, Now: env.Now, Random: env.Random, Log: env.Log}
	return httpapi.Command(204, reset.Do)
}
