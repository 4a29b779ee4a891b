package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
)

// What a position costs does not grow with what was completed.
func TestCosts(t *testing.T) {
	for _, n := range localtest.CostSizes() {
		stand := localtest.New(t)
		env := stand.Env(t, name)
		used := localtest.Meter(env)
		api := stand.ServeEnv(t, name, env, handler)
		user, _, more := stand.Learned(t, n, time.Now())
		api.Do(request(more, user, `{"position":30,"clientTime":"2026-03-04T11:00:00Z","device":"phone"}`)).Data(t, http.StatusOK, &saved{})
		*used = localtest.Usage{}
		api.Do(request(more, user, `{"position":60,"clientTime":"2026-03-04T11:00:30Z","device":"phone"}`)).Data(t, http.StatusOK, &saved{})
		localtest.Cost(t, "save-position", n, *used)
	}
}
