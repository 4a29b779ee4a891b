package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/platform"
)

const (
	name = "auth/refresh"
	path = "/api/auth/refresh"
)

func body(token string) string { return fmt.Sprintf(`{"refreshToken":%q}`, token) }

// at is the function's environment at a time, with its log.
func at(t *testing.T, stand *localtest.Stand, now time.Time, log io.Writer) *platform.Env {
	t.Helper()
	env := stand.Env(t, name)
	env = platform.NewEnv(env.Lookup, log)
	env.Now = func() time.Time { return now }
	return env
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	first := stand.SignIn(t, user, "Firefox", time.Now())
	var second auth.Tokens

	t.Run("gives new tokens in two calls of the table", func(t *testing.T) {
		stand.WantCalls(t, name, func() {
			answer := api.Post(path, "", body(first.RefreshToken))
			answer.Data(t, http.StatusOK, &second)
		})
		if second.RefreshToken == first.RefreshToken || second.TokenType != "Bearer" || second.ExpiresIn != 900 {
			t.Errorf("got %+v", second)
		}
		caller, err := stand.Env(t, name).Tokens().Verify(second.AccessToken)
		if err != nil || caller.UserID != user.ID {
			t.Errorf("the access token speaks for %+v, %v", caller, err)
		}
	})
	t.Run("U01: the same token at once gives the same successor, whose own works on", func(t *testing.T) {
		var again, third auth.Tokens
		api.Post(path, "", body(first.RefreshToken)).Data(t, http.StatusOK, &again)
		if again.RefreshToken != second.RefreshToken {
			t.Error("another successor was given")
		}
		api.Post(path, "", body(second.RefreshToken)).Data(t, http.StatusOK, &third)
	})
	t.Run("what is no token of a session is 401 and ends nothing", func(t *testing.T) {
		other := stand.SignIn(t, user, "", time.Now())
		foreign := other.RefreshToken[:48] + first.RefreshToken[48:]
		for _, token := range []string{"x", foreign, second.AccessToken, strings.Repeat("A", 91)} {
			api.Post(path, "", body(token)).Fails(t, http.StatusUnauthorized, "auth.session_ended")
		}
		api.Post(path, "", body(other.RefreshToken)).Data(t, http.StatusOK, &auth.Tokens{})
	})
	t.Run("a missing token is told", func(t *testing.T) {
		api.Post(path, "", `{}`).Fails(t, http.StatusBadRequest, "request.invalid")
	})
	api.RefusesBadJSON(t, path, "", body("x"))
}

func TestD14AUsedTokenEndsItsSession(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	now := time.Now()
	user := stand.NewUser(t)
	thief, other := stand.SignIn(t, user, "", now), stand.SignIn(t, user, "", now)
	var log strings.Builder
	var successor auth.Tokens
	stand.ServeEnv(t, name, at(t, stand, now, io.Discard), handler).Post(path, "", body(thief.RefreshToken)).Data(t, http.StatusOK, &successor)

	later := stand.ServeEnv(t, name, at(t, stand, now.Add(domain.RefreshGrace+time.Second), &log), handler)
	later.Post(path, "", body(successor.RefreshToken)).Data(t, http.StatusOK, &successor)
	later.Post(path, "", body(thief.RefreshToken)).Fails(t, http.StatusUnauthorized, "auth.session_ended")
	if !strings.Contains(log.String(), `"msg":"audit: a used refresh token came again`) || strings.Contains(log.String(), thief.RefreshToken) {
		t.Errorf("the log says %s", log.String())
	}
	t.Run("for who holds the successor too", func(t *testing.T) {
		later.Post(path, "", body(successor.RefreshToken)).Fails(t, http.StatusUnauthorized, "auth.session_ended")
	})
	t.Run("and no other session", func(t *testing.T) {
		later.Post(path, "", body(other.RefreshToken)).Data(t, http.StatusOK, &auth.Tokens{})
	})
}

// A phone in a tunnel asks again when it is out, and a refresh that was stored but answered 503 is
// repeated after the time that we say.
func TestALostAnswerIsGivenAgainUntilItIsUsed(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	now := time.Now()
	first := stand.SignIn(t, stand.NewUser(t), "", now)
	stand.Intercept(localtest.LosesAnswers("PutItem"))
	api := stand.ServeEnv(t, name, at(t, stand, now, io.Discard), handler)
	api.Post(path, "", body(first.RefreshToken)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	var got, again auth.Tokens
	for _, after := range []time.Duration{12 * time.Second, time.Minute, 20 * time.Hour} {
		later := stand.ServeEnv(t, name, at(t, stand, now.Add(after), io.Discard), handler)
		later.Post(path, "", body(first.RefreshToken)).Data(t, http.StatusOK, &again)
		if got.RefreshToken != "" && got.RefreshToken != again.RefreshToken {
			t.Errorf("after %v another successor was given", after)
		}
		got = again
	}
	later := stand.ServeEnv(t, name, at(t, stand, now.Add(21*time.Hour), io.Discard), handler)
	later.Post(path, "", body(got.RefreshToken)).Data(t, http.StatusOK, &again)
	later.Post(path, "", body(first.RefreshToken)).Fails(t, http.StatusUnauthorized, "auth.session_ended")
}

func TestU01FiftyRefreshesAtOnceLogNobodyOut(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	first := stand.SignIn(t, user, "", time.Now())
	var mu sync.Mutex
	successors := map[string]int{}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			var got auth.Tokens
			api.Post(path, "", body(first.RefreshToken)).Data(t, http.StatusOK, &got)
			mu.Lock()
			defer mu.Unlock()
			successors[got.RefreshToken]++
		})
	}
	all.Wait()
	if len(successors) != 1 {
		t.Errorf("%d successors were given, want one", len(successors))
	}
	for token := range successors {
		api.Post(path, "", body(token)).Data(t, http.StatusOK, &auth.Tokens{})
	}
}

func TestALostAnswerLogsNobodyOut(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	first := stand.SignIn(t, stand.NewUser(t), "", time.Now())
	lose, lost := localtest.LoseAnswer("PutItem")
	stand.Intercept(lose)
	var got auth.Tokens
	api.Post(path, "", body(first.RefreshToken)).Data(t, http.StatusOK, &got)
	if lost.Load() != 1 {
		t.Fatal("no answer was lost")
	}
	api.Post(path, "", body(got.RefreshToken)).Data(t, http.StatusOK, &auth.Tokens{})
}

func TestWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	first := stand.SignIn(t, stand.NewUser(t), "", time.Now())
	stand.Intercept(localtest.Down("PutItem"))
	api.Post(path, "", body(first.RefreshToken)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	api.Post(path, "", body(first.RefreshToken)).Data(t, http.StatusOK, &auth.Tokens{})
}

func TestD27EveryAnswerTellsTheLimit(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).TellsLimits(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: body("x")})
}
