package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/platform"
)

// stopped is a function's environment with a clock that the test moves.
func stopped(t testing.TB, stand *localtest.Stand) (env *platform.Env, sleep func(time.Duration)) {
	t.Helper()
	begin, late := time.Now(), new(atomic.Int64)
	env = stand.Env(t, name)
	env.Now = func() time.Time { return begin.Add(time.Duration(late.Load())) }
	return env, func(by time.Duration) { late.Add(int64(by)) }
}

// rate is what an answer says of the limit.
func rate(a localtest.Answer) string {
	return fmt.Sprint(a.Header["Ratelimit-Policy"], a.Header["Ratelimit"], a.Header["X-Ratelimit-Limit"], a.Header["X-Ratelimit-Remaining"],
		a.Header["X-Ratelimit-Reset"], a.Header["Retry-After"])
}

// D22: of parallel logins all passed.
func TestD22OfAThousandLoginsTenPass(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	user := stand.NewUser(t)
	var apis []*localtest.API
	for range 2 { // two processes, as far as DynamoDB can tell
		env, _ := stopped(t, stand)
		apis = append(apis, stand.ServeEnv(t, name, env, handler))
	}
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 125 {
				email := []string{user.Email, " " + strings.ToUpper(user.Email)}[n%2] // one account all the same
				answer := apis[i%2].Post(path, "", body(t, email, localtest.Password))
				mu.Lock()
				statuses[answer.Status]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if statuses[http.StatusOK] != 10 || statuses[http.StatusTooManyRequests] != 990 {
		t.Errorf("statuses %v, want 200 ten times, else 429", statuses)
	}
	if sessions := stand.Items(t, "EPHEMERAL_TABLE"); len(sessions) != 10 {
		t.Errorf("%d sessions, want 10", len(sessions))
	}
}

func TestTheLimitOfAnAccount(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user, other := stand.NewUser(t), stand.NewUser(t)
	for i := range 10 {
		answer := api.Post(path, "", body(t, user.Email, localtest.Password))
		answer.Data(t, http.StatusOK, &signedIn{})
		want := fmt.Sprintf(`["login-account";q=10;w=60] ["login-account";r=%d;t=%d] [10] [%d] [%d] []`, 9-i, 6*(i+1), 9-i, 6*(i+1))
		if got := rate(answer); got != want {
			t.Errorf("D27, try %d:\n got %s\nwant %s", i+1, got, want)
		}
	}
	before := len(stand.Calls(t, name))
	answer := api.Post(path, "", body(t, user.Email, localtest.Password))
	answer.Fails(t, http.StatusTooManyRequests, "request.rate_limited")
	if got, want := rate(answer), `["login-account";q=10;w=60] ["login-account";r=0;t=60] [10] [0] [60] [6]`; got != want {
		t.Errorf("D27, refused:\n got %s\nwant %s", got, want)
	}
	if got := stand.Calls(t, name)[before:]; len(got) != 1 {
		t.Errorf("a refused login asks %q of DynamoDB, want one call", got)
	}
	api.Post(path, "", body(t, other.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	sleep(6 * time.Second)
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	api.Post(path, "", body(t, user.Email, localtest.Password)).Fails(t, http.StatusTooManyRequests, "request.rate_limited")
	sleep(time.Minute)
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
}

func TestTheLimitDoesNotTellWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, _ := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	for i := range 12 {
		known, unknown := api.Post(path, "", body(t, user.Email, "wrong horse battery")), api.Post(path, "", body(t, "nobody@example.org", "wrong horse battery"))
		if known.Status != unknown.Status || rate(known) != rate(unknown) {
			t.Errorf("try %d: a known address is answered %d %s, an unknown one %d %s", i+1, known.Status, rate(known), unknown.Status, rate(unknown))
		}
	}
	if stored := fmt.Sprint(stand.Items(t, "LIMITS_TABLE")); strings.Contains(stored, "example.org") || strings.Contains(stored, user.ID.String()) {
		t.Errorf("the limits table holds who signed in: %s", stored)
	}
}

func TestWithoutTheLimitsTableLoginsGoOn(t *testing.T) {
	t.Parallel()
	for what, intercept := range map[string]localtest.Intercept{
		"it fails": localtest.Down("UpdateItem", "-limits"),
		"it does not answer": func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if action == "UpdateItem" {
				_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that the client has gone
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			env := stand.Env(t, name)
			var log bytes.Buffer
			env.Log = slog.New(slog.NewJSONHandler(&log, nil))
			api := stand.ServeEnv(t, name, env, handler)
			user := stand.NewUser(t)
			stand.Intercept(intercept)
			answer := api.Post(path, "", body(t, user.Email, localtest.Password))
			answer.Data(t, http.StatusOK, &signedIn{})
			if got := rate(answer); !strings.HasPrefix(got, `["ip";`) {
				t.Errorf("headers %s, want those of the source address alone", got)
			}
			if n := strings.Count(log.String(), `"msg":"a limit is not applied"`); n != 1 || strings.Contains(log.String(), "example.org") {
				t.Errorf("%d error lines, want one without the address:\n%s", n, log.String())
			}
		})
	}
}
