package main

import (
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

// TestMain lets this executable be the function's process. What differs from main: it waits longer for the limits table, as this machine may
// be busy, and a login that did not wait for it would not be limited.
func TestMain(m *testing.M) {
	if localtest.InProcess() {
		platform.Start(func(env *platform.Env) httpapi.Handler {
			env.LimiterWait = 5 * time.Second
			return handler(env)
		})
		return
	}
	os.Exit(m.Run())
}

// D22, with two processes of the function, which share nothing but DynamoDB, and the clock of this machine.
func TestD22OfAThousandLoginsTenPassTwoProcesses(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	user := stand.NewUserOf(t, "ana@example.org", auth.DefaultCost) // a cheaper hash would be upgraded, which takes time
	apis := []*localtest.API{stand.ServeProcess(t, name), stand.ServeProcess(t, name)}
	meet, calls := make(chan bool), new(atomic.Int64)
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action == "UpdateItem" && calls.Add(1) <= 50 { // at first the processes write the limit together: had they decided before, both would pass
			select {
			case meet <- true:
			case <-meet:
			case <-time.After(100 * time.Millisecond):
			}
		}
		next.ServeHTTP(w, r)
	})
	login := body(t, user.Email, localtest.Password)
	answers := make([]localtest.Answer, 1000)
	begin := time.Now()
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = apis[i%2].Post(path, "", login) })
	}
	all.Wait()
	took := time.Since(begin)
	passed := map[int]int{} // by the process
	for i, answer := range answers {
		if answer.Status == http.StatusOK {
			passed[i%2]++
			continue
		}
		answer.Fails(t, http.StatusTooManyRequests, "request.rate_limited") // with Retry-After
	}
	// One more may pass every six seconds.
	if got := passed[0] + passed[1]; got < 10 || got > 10+int(took/(6*time.Second)) {
		t.Errorf("%v passed in %v, want 10 in all, and one more for each six seconds", passed, took)
	}
	if sessions := len(stand.Items(t, "EPHEMERAL_TABLE")); sessions != passed[0]+passed[1] {
		t.Errorf("%d sessions for %v logins", sessions, passed)
	}
	t.Logf("%v passed in %v", passed, took)
}
