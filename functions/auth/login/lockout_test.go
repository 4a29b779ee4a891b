package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const wrongPassword = "wrong horse battery"

// from is a login from a device that was here before.
func from(t testing.TB, email, password, device string) string {
	t.Helper()
	b, err := json.Marshal(map[string]string{"email": email, "password": password, "deviceToken": device})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// lock makes wrong tries, a minute apart so that the limit is no matter, until the account is locked.
func lock(t testing.TB, api *localtest.API, sleep func(time.Duration), email string) localtest.Answer {
	t.Helper()
	for range 20 {
		answer := api.Post(path, "", body(t, email, wrongPassword))
		if answer.Status == http.StatusTooManyRequests {
			answer.Fails(t, http.StatusTooManyRequests, "auth.locked")
			return answer
		}
		answer.Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
		sleep(time.Second)
	}
	t.Fatal("20 wrong passwords do not lock")
	return localtest.Answer{}
}

// D19: nothing slowed down who guessed one account's password.
func TestD19WrongPasswordsLockForLongerAndLonger(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	for _, email := range []string{user.Email, "nobody@example.org"} {
		for i, wait := range []int{0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900} {
			api.Post(path, "", body(t, email, wrongPassword)).Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
			if wait > 0 {
				before := len(stand.Calls(t, name))
				for range 3 { // asking again does not make it longer
					answer := api.Post(path, "", body(t, email, localtest.Password))
					answer.Fails(t, http.StatusTooManyRequests, "auth.locked")
					if got := answer.Header.Get("Retry-After"); got != fmt.Sprint(wait) {
						t.Errorf("%s: after %d wrong passwords Retry-After %s, want %d", email, i+1, got, wait)
					}
				}
				if calls := stand.Calls(t, name)[before:]; slices.Contains(calls, "GetItem") || slices.Contains(calls, "Query") {
					t.Errorf("a locked login asks %q", calls)
				}
			}
			sleep(time.Duration(wait) * time.Second)
		}
	}
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	sleep(time.Minute)
	for range 4 { // the right password has made it forget
		api.Post(path, "", body(t, user.Email, wrongPassword)).Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
	}
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
}

func TestStrangersDoNotLockAKnownDeviceOut(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user, other := stand.NewUser(t), stand.NewUser(t)
	var mine, theirs signedIn
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &mine)
	api.Post(path, "", body(t, other.Email, localtest.Password)).Data(t, http.StatusOK, &theirs)
	lock(t, api, sleep, user.Email)
	api.Post(path, "", body(t, user.Email, localtest.Password)).Fails(t, http.StatusTooManyRequests, "auth.locked")
	var again signedIn
	api.Post(path, "", from(t, user.Email, localtest.Password, mine.DeviceToken)).Data(t, http.StatusOK, &again)
	if again.DeviceToken != mine.DeviceToken {
		t.Error("a known device is given another token")
	}
	for what, token := range map[string]string{
		"none": "", "another account's": theirs.DeviceToken, "one cut": mine.DeviceToken[1:], "a refresh token": mine.RefreshToken,
		"one with a line break": mine.DeviceToken + "\n", "nonsense": strings.Repeat("A", len(mine.DeviceToken)),
	} {
		api.Post(path, "", from(t, user.Email, localtest.Password, token)).Fails(t, http.StatusTooManyRequests, "auth.locked")
		_ = what
	}
	t.Run("a device that guesses is locked alone", func(t *testing.T) {
		sleep(time.Hour)
		for range 5 {
			api.Post(path, "", from(t, user.Email, wrongPassword, mine.DeviceToken)).Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
		}
		api.Post(path, "", from(t, user.Email, localtest.Password, mine.DeviceToken)).Fails(t, http.StatusTooManyRequests, "auth.locked")
		api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	})
	t.Run("a reset of the password opens the lock", func(t *testing.T) {
		sleep(time.Hour)
		lock(t, api, sleep, user.Email)
		email, err := domain.ParseEmail(user.Email)
		if err != nil {
			t.Fatal(err)
		}
		env.Limits().Unlock(t.Context(), email)
		sleep(time.Minute)
		api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	})
}

func TestWrongPasswordsAtOnceAllCount(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, _ := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() { api.Post(path, "", body(t, user.Email, wrongPassword)) })
	}
	all.Wait()
	for _, item := range stand.Items(t, "LIMITS_TABLE") {
		if _, ofSource := item["taken"]; ofSource {
			continue
		}
		if n, _ := item["failures"].(float64); n < 5 || n > 10 {
			t.Errorf("%v failures of 30 tries at once, want 5 to the limit's 10", n)
		}
	}
	api.Post(path, "", body(t, user.Email, localtest.Password)).Fails(t, http.StatusTooManyRequests, "auth.locked")
}

// D20: the same calls in the same order and the same bytes, whether there is an account or not. The time is compared by scripts/answer-timing.
func TestD20AKnownAddressAsksTheSameAsAnUnknownOne(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, _ := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	for i := range 13 {
		var calls, bytes [2]string
		for j, email := range []string{user.Email, "nobody@example.org"} {
			before := len(stand.Calls(t, name))
			answer := api.Post(path, "", body(t, email, wrongPassword))
			calls[j] = fmt.Sprint(stand.Calls(t, name)[before:])
			id := answer.Header.Get("X-Request-Id")
			for _, header := range []string{"Date", "X-Request-Id", "Apigw-Requestid"} {
				answer.Header.Del(header)
			}
			bytes[j] = strings.ReplaceAll(fmt.Sprint(answer.Status, answer.Header, string(answer.Body)), id, "ID")
		}
		if calls[0] != calls[1] || bytes[0] != bytes[1] {
			t.Errorf("try %d: known\n%s %s\nunknown\n%s %s", i+1, calls[0], bytes[0], calls[1], bytes[1])
		}
	}
}
