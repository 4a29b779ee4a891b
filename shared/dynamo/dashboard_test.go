package dynamo_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// maxDashboard is the most bytes DynamoDB may answer for a dashboard, whatever was learned: ten titles of 200 characters of four bytes.
const maxDashboard = 12 << 10

func TestD08TheDashboard(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), accounts(stand, atNoon)))
	in, user := learning(stand), ana.user.ID()

	var size, asked atomic.Int64
	var read atomic.Pointer[string]
	look := func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		asked.Add(1)
		answered := httptest.NewRecorder()
		next.ServeHTTP(answered, r)
		text := answered.Body.String()
		size.Store(int64(len(text)))
		read.Store(&text)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(answered.Code)
		_, _ = w.Write([]byte(text))
	}
	check := func(t *testing.T, completed, sum int) {
		t.Helper()
		stand.Intercept(look)
		defer stand.Intercept(nil)
		asked.Store(0)
		overview, err := in.Dashboard(t.Context(), user)
		must(t, err)
		got, summary, published := overview.User, overview.Summary, overview.Published
		if asked.Load() != 1 {
			t.Errorf("the dashboard took %d calls, want 1", asked.Load())
		}
		if got.State() != ana.user.State() {
			t.Errorf("user = %+v, want %+v", got.State(), ana.user.State())
		}
		if want := (domain.Tally{Completed: completed, ScoreSum: sum}); summary.Total != want || published.Total != completed || published.Tracks[domain.RestoreTrack("go")] != completed {
			t.Errorf("totals %+v of %v published, want %+v of %d", summary.Total, published, want, completed)
		}
		if len(summary.Recent) != min(completed, domain.RecentLimit) {
			t.Errorf("%d recent completions of %d", len(summary.Recent), completed)
		}
		for i, r := range summary.Recent {
			want := noon.Add(time.Duration(completed-1-i) * time.Second)
			if !r.CompletedAt.Equal(want) || r.Title != title(completed-1-i) || int(r.Score) != (completed-1-i)%101 {
				t.Errorf("recent %d = %+v, want the completion of %v", i, r, want)
			}
		}
		if stand.Embedded() && size.Load() > maxDashboard { // others may escape letters
			t.Errorf("DynamoDB answered %d bytes, want at most %d", size.Load(), maxDashboard)
		}
		if strings.Contains(*read.Load(), ana.credential.Hash) {
			t.Error("the hash of the password was read")
		}
	}
	done, sum := 0, 0
	for _, n := range []int{0, 10, 1000} {
		for ; done < n; done++ {
			s := newLesson(t, "go", 1, done).State()
			s.Title = title(done)
			must(t, lessons(stand).Create(t.Context(), domain.RestoreLesson(s)))
			must(t, complete(t.Context(), in, user, s.ID, done%101, noon.Add(time.Duration(done)*time.Second)))
			sum += done % 101
		}
		check(t, n, sum)
		t.Logf("%d completions: %d bytes", n, size.Load())
	}

	t.Run("of nobody is ErrNoUser", func(t *testing.T) {
		_, err := in.Dashboard(t.Context(), newID[domain.User](t))
		is(t, err, domain.ErrNoUser)
	})
}

// title is the longest a lesson may have, and tells lessons apart.
func title(i int) string {
	return strings.Repeat("𝕃", 199) + string(rune('a'+i%26))
}

// DynamoDB may answer a part of a batch read (BatchGetItem, "UnprocessedKeys").
func TestABatchReadIsAskedForUntilItIsWhole(t *testing.T) {
	t.Parallel()
	stand, user, ids := learner(t, 1)
	in := learning(stand)
	must(t, complete(t.Context(), in, user, ids[0], 70, noon))
	var calls atomic.Int64
	partly := func(until int64) func(string, http.ResponseWriter, *http.Request, http.Handler) {
		calls.Store(0)
		return func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if action == "BatchGetItem" && calls.Add(1) <= until {
				_, request, _ := strings.Cut(body(r), `"RequestItems":`)
				answer(w, http.StatusOK, `{"Responses":{},"UnprocessedKeys":`+request)
				return
			}
			next.ServeHTTP(w, r)
		}
	}
	stand.Intercept(partly(3))
	totals(t, in, user, domain.Tally{Completed: 1, ScoreSum: 70})
	if got := calls.Load(); got != 4 {
		t.Errorf("asked %d times, want 4", got)
	}
	t.Run("or the time is up", func(t *testing.T) {
		stand.Intercept(partly(1 << 40))
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := in.Dashboard(ctx, user)
		isKind(t, err, fault.Unavailable)
	})
}
