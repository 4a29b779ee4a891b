package dynamo_test

import (
	"bytes"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
)

const runLease = 25 * time.Second

// idempotency is the repository at a time.
func idempotency(stand *localtest.Stand, now time.Time) dynamo.Idempotency {
	return dynamo.Idempotency{Table: table(stand, "EPHEMERAL_TABLE", 3), Now: func() time.Time { return now }, Random: random{}}
}

// repeatable is a request of a new user.
func repeatable(t testing.TB, fingerprint string) domain.Repeatable {
	t.Helper()
	return domain.Repeatable{
		User: newID[domain.User](t), Route: "POST /api/uploads", Key: "8e03978e-40d5-43dd-bc93-6894a57f9324", Fingerprint: []byte(fingerprint),
	}
}

func begin(t testing.TB, in dynamo.Idempotency, request domain.Repeatable) domain.Run {
	t.Helper()
	run, kept, err := in.Begin(t.Context(), request, runLease)
	if err != nil || kept != nil {
		t.Fatalf("Begin = %v, %v; want a run", kept, err)
	}
	return run
}

// refuses checks that no run begins and no answer is given.
func refuses(t testing.TB, in dynamo.Idempotency, request domain.Repeatable, want *fault.Error, retryAfter time.Duration) {
	t.Helper()
	_, kept, err := in.Begin(t.Context(), request, runLease)
	is(t, err, want)
	if f := fault.As(err); kept != nil || f.RetryAfter != retryAfter {
		t.Errorf("Begin = %v, retry after %s; want nothing and %s", kept, f.RetryAfter, retryAfter)
	}
}

// keeps checks that Begin gives the answer.
func keeps(t testing.TB, in dynamo.Idempotency, request domain.Repeatable, want domain.KeptAnswer) {
	t.Helper()
	_, kept, err := in.Begin(t.Context(), request, runLease)
	if err != nil || kept == nil || !reflect.DeepEqual(*kept, want) {
		t.Errorf("Begin = %v, %v; want %v", kept, err, want)
	}
}

var created = domain.KeptAnswer{
	Status: 201, Header: map[string]string{"content-type": "application/json; charset=utf-8", "location": "/api/uploads/1"}, Body: []byte("{}\x00\xff"),
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in, expired := idempotency(stand, noon), idempotency(stand, noon.Add(runLease))
	same := func(t *testing.T, got, first domain.Run) {
		t.Helper()
		if !got.Began.Equal(first.Began) || got.Seed != first.Seed || bytes.Equal(got.Holder, first.Holder) {
			t.Errorf("the run is %+v, want time and seed of %+v", got, first)
		}
	}

	t.Run("the answer of a run is given to whoever comes after", func(t *testing.T) {
		request := repeatable(t, "a")
		run := begin(t, in, request)
		if !run.Began.Equal(noon) || run.Seed == [32]byte{} || len(run.Holder) == 0 {
			t.Errorf("the run is %+v", run)
		}
		must(t, in.Finish(t.Context(), request, run, created))
		keeps(t, in, request, created)
		keeps(t, idempotency(stand, noon.Add(domain.AnswersKept-time.Second)), request, created)
	})
	t.Run("an answer without headers and body comes back", func(t *testing.T) {
		request := repeatable(t, "a")
		must(t, in.Finish(t.Context(), request, begin(t, in, request), domain.KeptAnswer{Status: 204}))
		keeps(t, in, request, domain.KeptAnswer{Status: 204})
	})
	t.Run("another fingerprint is refused, at every stage", func(t *testing.T) {
		request := repeatable(t, "a")
		other := request
		other.Fingerprint = []byte("b")
		run := begin(t, in, request)
		refuses(t, in, other, domain.ErrKeyReused, 0)
		refuses(t, expired, other, domain.ErrKeyReused, 0)
		must(t, in.Finish(t.Context(), request, run, created))
		refuses(t, in, other, domain.ErrKeyReused, 0)
	})
	t.Run("another user, route or key is another request", func(t *testing.T) {
		request := repeatable(t, "a")
		first := begin(t, in, request)
		for _, change := range []func(*domain.Repeatable){
			func(r *domain.Repeatable) { r.User = newID[domain.User](t) },
			func(r *domain.Repeatable) { r.Route = "POST /api/lessons" },
			func(r *domain.Repeatable) { r.Key = strings.ToUpper(r.Key) },
		} {
			other := request
			change(&other)
			if run := begin(t, in, other); run.Seed == first.Seed {
				t.Error("it has the same seed")
			}
		}
	})
	t.Run("while a run has the lease others wait for its end", func(t *testing.T) {
		request := repeatable(t, "a")
		begin(t, in, request)
		refuses(t, in, request, domain.ErrKeyInProgress, runLease)
		refuses(t, idempotency(stand, noon.Add(runLease-time.Millisecond)), request, domain.ErrKeyInProgress, time.Millisecond)
	})
	t.Run("a dead run is taken over with its time and seed, and can say nothing more", func(t *testing.T) {
		request := repeatable(t, "a")
		dead := begin(t, in, request)
		next := begin(t, expired, request)
		same(t, next, dead)
		must(t, in.Finish(t.Context(), request, dead, domain.KeptAnswer{Status: 418}))
		must(t, in.Release(t.Context(), request, dead))
		refuses(t, expired, request, domain.ErrKeyInProgress, runLease)
		must(t, expired.Finish(t.Context(), request, next, created))
		keeps(t, expired, request, created)
	})
	t.Run("a run that ends after its lease, but before it is taken over, has ended", func(t *testing.T) {
		request := repeatable(t, "a")
		late := begin(t, in, request)
		stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if action == "UpdateItem" {
				stand.Intercept(nil)
				must(t, in.Finish(t.Context(), request, late, created))
			}
			next.ServeHTTP(w, r)
		})
		keeps(t, expired, request, created)
	})
	t.Run("a run that is released is followed at once, with its time and seed", func(t *testing.T) {
		request := repeatable(t, "a")
		first := begin(t, in, request)
		must(t, in.Release(t.Context(), request, first))
		same(t, begin(t, in, request), first)
	})
	t.Run("after a day the key is as new, though TTL has not deleted it", func(t *testing.T) {
		request, other := repeatable(t, "a"), domain.Repeatable{}
		first := begin(t, in, request)
		must(t, in.Finish(t.Context(), request, first, created))
		other = request
		other.Fingerprint = []byte("b")
		if run := begin(t, idempotency(stand, noon.Add(domain.AnswersKept)), other); run.Seed == first.Seed || run.Began.Equal(first.Began) {
			t.Error("it goes on with the seed of the day before")
		}
	})
	t.Run("the client's key is not stored, and the item expires", func(t *testing.T) {
		request := repeatable(t, "a")
		begin(t, in, request)
		for _, item := range items(t, in.Table) {
			if text(item["pk"]) == "USER#"+request.User.String() {
				sk := text(item["sk"])
				if !strings.HasPrefix(sk, "IDEMPOTENCY#") || strings.Contains(sk, request.Key) || text(item["expiresAt"]) != "3792398400" { // noon the next day
					t.Errorf("the item is %v", item)
				}
				return
			}
		}
		t.Error("there is no item")
	})
	t.Run("its calls are one to begin, one to end, two to take over", func(t *testing.T) {
		request := repeatable(t, "a")
		got := calls(stand, func() {
			begin(t, in, request)
			run := begin(t, expired, request)
			must(t, expired.Finish(t.Context(), request, run, created))
			keeps(t, in, request, created)
		})
		if want := []string{"PutItem", "PutItem", "UpdateItem", "UpdateItem", "PutItem"}; !slices.Equal(got, want) {
			t.Errorf("calls %v, want %v", got, want)
		}
	})
}

// Every write's answer is lost once: the SDK sends it again, and it meets itself.
func TestIdempotencyMeetsItsOwnWrites(t *testing.T) {
	t.Parallel()
	for lost := 1; lost <= 6; lost++ {
		stand := localtest.New(t)
		in, expired := idempotency(stand, noon), idempotency(stand, noon.Add(runLease))
		request := repeatable(t, "a")
		stand.Intercept(losing(counting(func(n int) bool { return n == lost })))
		first := begin(t, in, request)
		second := begin(t, expired, request)
		if second.Seed != first.Seed {
			t.Errorf("write %d lost: another seed", lost)
		}
		must(t, expired.Finish(t.Context(), request, second, created))
		keeps(t, in, request, created)
	}
}

func TestOfManyOneRuns(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in, expired := idempotency(stand, noon), idempotency(stand, noon.Add(runLease))
	for what, at := range map[string]dynamo.Idempotency{"at first": in, "after a dead run": expired} {
		request := repeatable(t, "a")
		if what == "after a dead run" {
			begin(t, in, request)
		}
		began := 0
		for _, err := range parallel(40, func(int) error {
			_, _, err := at.Begin(t.Context(), request, runLease)
			return err
		}) {
			if err == nil {
				began++
			} else if !errors.Is(err, domain.ErrKeyInProgress) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if began != 1 {
			t.Errorf("%s: %d of 40 run, want 1", what, began)
		}
	}
}
