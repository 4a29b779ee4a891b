package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/httpapi"
)

// One source tried a password at 150 addresses without being refused, as no account had many wrong
// ones.
func TestOneSourceCannotTryManyAddresses(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	sleep(httpapi.LoginSource.Window - env.Now().Sub(env.Now().Truncate(httpapi.LoginSource.Window))) // to the beginning of a window
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	for range 20 { // right ones do not count, nor do those that the account's own limit refuses
		api.Post(path, "", body(t, user.Email, localtest.Password))
	}
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			for n := range 15 {
				answer := api.Post(path, "", body(t, fmt.Sprintf("pupil%d-%d@example.org", i, n), wrongPassword))
				mu.Lock()
				statuses[answer.Status]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if got := fmt.Sprint(statuses); got != "map[401:50 429:100]" {
		t.Errorf("150 addresses: %s, want 50 judged", got)
	}
	other := stand.NewUser(t)
	answer := api.Post(path, "", body(t, other.Email, localtest.Password))
	answer.Fails(t, http.StatusTooManyRequests, "request.rate_limited")
	if got := answer.Header.Get("Retry-After"); got != "900" {
		t.Errorf("Retry-After %q, want 900", got)
	}
	sleep(httpapi.LoginSource.Window)
	api.Post(path, "", body(t, other.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
}
