package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
)

// What a completion costs does not grow with what was completed before.
func TestCosts(t *testing.T) {
	for _, n := range localtest.CostSizes() {
		stand := localtest.New(t)
		env := stand.Env(t, name)
		used := localtest.Meter(env)
		api := stand.ServeEnv(t, name, env, handler)
		user, completed, more := stand.Learned(t, n, time.Now())
		for _, c := range []struct{ what, path string }{
			{"complete-lesson, the first time", path(more)}, {"complete-lesson, once more", path(completed[0])},
		} {
			*used = localtest.Usage{}
			api.Post(c.path, user.Token, `{"score":80}`).Data(t, http.StatusOK, &progress{})
			localtest.Cost(t, c.what, n, *used)
		}
	}
}
