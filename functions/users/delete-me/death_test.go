package main

import (
	"context"
	"net/http"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
)

// The function dies at each of its calls to DynamoDB and S3, before the call is done and after; a second request finishes.
func TestD56ADeathAtAnyCallIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{false, true} {
		n := int64(1)
		for more := true; more; n++ {
			stand := localtest.New(t)
			buckets.Open(t, stand)
			faults := buckets.Between(t, stand)
			api := stand.Serve(t, name, handler)
			user, token := life(t, stand, "ana@example.org", 1)
			caller, err := stand.Env(t, name).Tokens().Verify(token)
			must(t, err)
			ctx, end := context.WithCancel(t.Context())
			heal := faults.Die(n, done, end)
			_, err = stand.Env(t, name).Erasures().Erase(ctx, user.ID, caller.SessionID)
			more = heal() >= n
			end()
			remove(api, token, localtest.Password).Data(t, http.StatusOK, &Out{})
			if left := buckets.Keys(t, stand); len(left) != 0 {
				t.Errorf("dead at call %d, done: %v (%v): files %q are left", n, done, err, left)
			}
			for _, table := range []string{"IDENTITY_TABLE", "LEARNING_TABLE"} {
				for _, item := range stand.Items(t, table) {
					if item["pk"] == "USER#"+user.ID.String() || item["pk"] == "EMAIL#"+user.Email {
						t.Errorf("dead at call %d, done: %v (%v): there is still %v %v", n, done, err, item["pk"], item["sk"])
					}
				}
			}
		}
		if n < 15 {
			t.Errorf("the erasure made %d calls, want the many of three tables and a bucket", n-1)
		}
	}
}
