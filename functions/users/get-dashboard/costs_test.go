package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
)

// What the dashboard costs does not grow with what was completed.
func TestCosts(t *testing.T) {
	for _, n := range localtest.CostSizes() {
		stand := localtest.New(t)
		env := stand.Env(t, name)
		used := localtest.Meter(env)
		api := stand.ServeEnv(t, name, env, handler)
		user, _, _ := stand.Learned(t, n, time.Now())
		var got dashboard
		api.Get(path, user.Token).Data(t, http.StatusOK, &got)
		if got.Stats.Completed != n || len(got.Recent) != 10 {
			t.Errorf("%d completed, %d recent; want %d and 10", got.Stats.Completed, len(got.Recent), n)
		}
		localtest.Cost(t, "get-dashboard", n, *used)
	}
}
