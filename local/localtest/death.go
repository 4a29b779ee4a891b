package localtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// Fault stands in front of a service: it may answer itself, call next, or lose what next answered.
type Fault func(w http.ResponseWriter, r *http.Request, next http.Handler)

// Death lets a function die at its call number n (from 1), before it is done or after: no other call is made, and end is called, which may
// end the function's context. calls tells how many there were.
func Death(n int64, done bool, end func()) (dead Fault, calls func() int64) {
	var count atomic.Int64
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		call := count.Add(1)
		if call < n {
			next.ServeHTTP(w, r)
			return
		}
		if call == n && done {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		end()
		panic(http.ErrAbortHandler)
	}, count.Load
}

// EachDeath lets a consumer die at each of its calls to DynamoDB and SES, before it is done and after, and hands it the event again.
// try makes a new event each time, and says how to look at what became of it in the end.
func (s *Stand) EachDeath(t *testing.T, try func() (deliver func() error, check func(t *testing.T))) {
	t.Helper()
	n := int64(1)
	for more := true; more; n++ {
		for _, done := range []bool{false, true} {
			deliver, check := try()
			dead, calls := Death(n, done, func() {})
			s.Intercept(func(_ string, w http.ResponseWriter, r *http.Request, next http.Handler) { dead(w, r, next) })
			s.mail.Store(&dead)
			err := deliver()
			s.Intercept(nil)
			s.mail.Store(nil)
			more = calls() >= n
			t.Run(fmt.Sprintf("dead at call %d, done: %v", n, done), func(t *testing.T) {
				if more == (err == nil) {
					t.Errorf("it died: %v, and told the error %v", more, err)
				}
				if err := deliver(); err != nil {
					t.Errorf("when it comes again: %v", err)
				}
				check(t)
			})
		}
	}
	if n < 3 {
		t.Error("it makes no call")
	}
}
