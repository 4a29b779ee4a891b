package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain/fault"
)

const (
	name = "ops/deep-health"
	path = "/api/health/deep"
)

func TestDeepHealthAsksEveryTableAndBucket(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	var got struct {
		Status, Region string
		Parts          []string
	}
	stand.WantCalls(t, name, func() { api.Get(path, "").Data(t, http.StatusOK, &got) })
	if got.Status != "ok" || got.Region != localtest.Region || len(got.Parts) != 6 {
		t.Errorf("got %+v, want ok and six parts", got)
	}
}

func TestDeepHealthNamesWhatFails(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	now := time.Now()
	env := stand.Env(t, name)
	env.Now = func() time.Time { return now }
	api := stand.ServeEnv(t, name, env, handler)
	fails := func(parts ...string) {
		t.Helper()
		answer := api.Get(path, "")
		f := answer.Fails(t, http.StatusServiceUnavailable, "health.failing")
		var want []fault.Detail
		for _, part := range parts {
			want = append(want, fault.Detail{Field: part, Code: "storage.unavailable", Message: "does not answer"})
		}
		if len(f.Details) != len(want) {
			t.Fatalf("details %v, want %v", f.Details, want)
		}
		for i := range want {
			if f.Details[i].Field != want[i].Field {
				t.Errorf("details %v, want %v", f.Details, want)
			}
		}
	}

	stand.Intercept(localtest.Down("GetItem", stand.Variable("LEARNING_TABLE")))
	fails("learning")
	stand.Intercept(nil)
	fails("learning") // what was found is told for a second, however often it is asked
	before := len(stand.Calls(t, name))
	api.Get(path, "")
	if n := len(stand.Calls(t, name)) - before; n != 0 {
		t.Errorf("%d calls within the second, want none", n)
	}
	now = now.Add(time.Second)
	var got struct{ Status string }
	api.Get(path, "").Data(t, http.StatusOK, &got)
	now = now.Add(time.Second)
	stand.Intercept(localtest.Down())
	fails("ephemeral", "identity", "learning", "limits")
}

func TestDeepHealthNamesABucketThatIsGone(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	stand.S3 = localtest.Nowhere(t)
	answer := stand.Serve(t, name, handler).Get(path, "")
	if f := answer.Fails(t, http.StatusServiceUnavailable, "health.failing"); len(f.Details) != 2 || f.Details[0].Field != "content" {
		t.Errorf("got %s, want content and uploads", answer.Body)
	}
}

func TestD27EveryAnswerTellsTheLimit(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	stand.Serve(t, name, handler).TellsLimits(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}
