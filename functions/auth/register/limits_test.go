package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

func TestTheLimitOfASource(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, now := stand.Env(t, name), time.Now()
	env.Now = func() time.Time { return now }
	api := stand.ServeEnv(t, name, env, handler)
	rate := func(a localtest.Answer) string {
		return fmt.Sprint(a.Header["Ratelimit-Policy"], a.Header["Ratelimit"], a.Header["X-Ratelimit-Limit"], a.Header["X-Ratelimit-Remaining"], a.Header["X-Ratelimit-Reset"])
	}
	answer := api.Post(path, "", ana)
	answer.Data(t, http.StatusCreated, &signedIn{})
	if got, want := rate(answer), `["register-ip";q=300;w=600] ["register-ip";r=299;t=2] [300] [299] [2]`; got != want {
		t.Errorf("D27:\n got %s\nwant %s", got, want)
	}
	limiter := dynamo.Limits{Table: stand.Table("LIMITS_TABLE"), Now: env.Now}
	for range 299 { // another process serves the same source
		if d, err := limiter.Take(t.Context(), httpapi.RegisterIP, "127.0.0.1"); err != nil || !d.Allowed {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	before := len(stand.Calls(t, name))
	for _, forwarded := range []string{"", "203.0.113.9"} { // D26: a header makes nobody another source
		refused := api.Do(localtest.Request{Method: http.MethodPost, Path: path, Body: `{"not":"read"}`,
			Header: http.Header{"X-Forwarded-For": {forwarded}, "Content-Type": {"application/json"}}})
		refused.Fails(t, http.StatusTooManyRequests, "request.rate_limited")
		if got := refused.Header.Get("Retry-After"); got != "2" {
			t.Errorf("Retry-After %q, want 2", got)
		}
	}
	if got := len(stand.Calls(t, name)) - before; got != 2 {
		t.Errorf("two refused registrations make %d calls, want 2", got)
	}
	now = now.Add(2 * time.Second)
	api.Post(path, "", body(t, "bo@example.org", "Bo", "correct horse battery")).Data(t, http.StatusCreated, &signedIn{})
}
