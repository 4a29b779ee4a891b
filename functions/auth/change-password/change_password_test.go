package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/dynamo"
)

const (
	name = "auth/change-password"
	path = "/api/auth/password/change"
	next = "another horse battery"
)

func body(current, next string) string {
	return fmt.Sprintf(`{"currentPassword":%q,"newPassword":%q}`, current, next)
}

// opens tells whether a password is the user's.
func opens(t *testing.T, stand *localtest.Stand, user localtest.User, password string) bool {
	t.Helper()
	_, credential, err := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}.Account(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	p, err := auth.EnteredPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	ok, err := auth.DefaultCost.Matches(p, credential.Hash)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// A replica that is late would judge a password that has been replaced, and its write would win over the newer one.
func TestAPasswordIsChangedAtHome(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	user := stand.NewUser(t)
	phone := stand.SignIn(t, user, "phone", time.Now())
	asked := stand.AnotherHome(t)
	stand.Serve(t, name, handler).Post(path, phone.AccessToken, body(localtest.Password, next)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	if got := asked(); !slices.Equal(got, []string{"Query"}) || !opens(t, stand, user, localtest.Password) {
		t.Errorf("asked %q of the home region", got)
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)

	t.Run("a wrong current password and a bad new one are told by field and change nothing", func(t *testing.T) {
		user := stand.NewUser(t)
		phone := stand.SignIn(t, user, "phone", time.Now())
		for want, body := range map[string]string{
			"currentPassword": body("wrong horse battery", next), "newPassword": body(localtest.Password, "short"),
			"currentPassword newPassword": body("", ""),
		} {
			if got := api.Post(path, phone.AccessToken, body).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != want {
				t.Errorf("details name %q, want %q", got, want)
			}
		}
		api.Post(path, phone.AccessToken, body(localtest.Password, localtest.Password)).Fails(t, http.StatusBadRequest, "request.invalid")
		api.Post(path, phone.AccessToken, body(localtest.Password, "PASSWORD1")).Fails(t, http.StatusBadRequest, "auth.password_common") // D80
		if !opens(t, stand, user, localtest.Password) {
			t.Error("the password changed")
		}
	})
	t.Run("the new one opens the account, all sessions end, the answer opens a new one", func(t *testing.T) {
		user := stand.NewUser(t)
		phone, laptop := stand.SignIn(t, user, "phone", time.Now()), stand.SignIn(t, user, "laptop", time.Now())
		var tokens auth.Tokens
		stand.WantCalls(t, name, func() {
			api.Post(path, phone.AccessToken, body(localtest.Password, next)).Data(t, http.StatusOK, &tokens)
		})
		if !opens(t, stand, user, next) || opens(t, stand, user, localtest.Password) {
			t.Error("the account opens with the old password or not with the new one")
		}
		for _, old := range []string{phone.AccessToken, laptop.AccessToken} {
			api.Post(path, old, body(next, "a third horse battery")).Fails(t, http.StatusUnauthorized, "auth.session_ended")
		}
		if _, err := stand.Env(t, name).Verifier().Verify(t.Context(), tokens.AccessToken); err != nil {
			t.Errorf("the new session: %v", err)
		}
	})
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Token: stand.NewUser(t).Token, Body: body("a", next)})
}

func TestTwoChangesAtOnceOneWins(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range 5 {
		tokens := stand.SignIn(t, user, "", time.Now())
		all.Go(func() {
			got := api.Post(path, tokens.AccessToken, body(localtest.Password, fmt.Sprintf("%s %d", next, i)))
			mu.Lock()
			defer mu.Unlock()
			statuses[got.Status]++
		})
	}
	all.Wait()
	// The others were beaten to it (409), find the old password wrong (400) or their session ended (401).
	if statuses[http.StatusOK] != 1 || statuses[http.StatusOK]+statuses[409]+statuses[400]+statuses[401] != 5 {
		t.Errorf("statuses %v, want one 200", statuses)
	}
}

func TestALostAnswerChangesThePasswordOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	lose, lost := localtest.LoseAnswer("PutItem", "ACCOUNT#CREDENTIAL")
	tokens := stand.SignIn(t, user, "", time.Now())
	stand.Intercept(lose)
	api.Post(path, tokens.AccessToken, body(localtest.Password, next)).Data(t, http.StatusOK, &auth.Tokens{})
	if lost.Load() != 1 || !opens(t, stand, user, next) {
		t.Errorf("%d answers lost, the new password opens: %v", lost.Load(), opens(t, stand, user, next))
	}
}

// D19: a session that was stolen is no place to guess the password either, and strangers' guesses at the login do not lock its owner out.
func TestD19WrongPasswordsLockTheUserAlone(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, other := stand.NewUser(t), stand.NewUser(t)
	for range 5 {
		api.Post(path, user.Token, body("wrong horse battery", next)).Fails(t, http.StatusBadRequest, "request.invalid")
	}
	answer := api.Post(path, user.Token, body(localtest.Password, next))
	answer.Fails(t, http.StatusTooManyRequests, "auth.locked")
	if got := answer.Header.Get("Retry-After"); got != "30" && got != "29" && got != "28" {
		t.Errorf("Retry-After %s, want 30", got)
	}
	api.Post(path, other.Token, body(localtest.Password, next)).Data(t, http.StatusOK, &struct{}{})
}
