package main

import (
	"testing"
	"time"

	"lyceum/local/localtest/regional"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// TestNoSessionOfTheOldPasswordSurvivesAChange: a sign-in that has read the old password opens its
// session after all were ended.
func TestNoSessionOfTheOldPasswordSurvivesAChange(t *testing.T) {
	t.Parallel()
	for _, mode := range regional.Modes {
		t.Run(mode, func(t *testing.T) {
			regions := regional.New(t, mode, 5*time.Millisecond)
			regions.NoOldSessionSurvives(t, regional.Rounds(), func(region string, user *domain.User) {
				env := regions.Env(t, region, name)
				change := ChangePassword{
					Accounts: env.Accounts().AtHome(), Sessions: env.Sessions(), SignIn: env.SignIn(), Limits: env.Limits(),
					Cost: auth.Argon2id{MemoryKiB: 4096, Passes: 2, Lanes: 1}, Now: env.Now, Random: env.Random, Log: env.Log,
				}
				in := In{Caller: domain.Caller{UserID: user.ID()}, Request: &httpapi.Request{}}
				in.Body.CurrentPassword, in.Body.NewPassword = regional.Password, "another horse battery"
				tokens, err := change.Do(t.Context(), in)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := regions.Env(t, region, "users/get-me").Verifier().Verify(t.Context(), tokens.AccessToken); err != nil {
					t.Errorf("the session that the change opened: %v", err)
				}
			})
		})
	}
}
