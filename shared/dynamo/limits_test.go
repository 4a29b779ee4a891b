package dynamo_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

var tenAMinute = domain.Policy{Name: "ten", Limit: 10, Window: time.Minute}

// clock is a time that tests move.
type clock struct{ late atomic.Int64 }

func (c *clock) now() time.Time         { return noon.Add(time.Duration(c.late.Load())) }
func (c *clock) sleep(by time.Duration) { c.late.Add(int64(by)) }

func limits(stand *localtest.Stand, now func() time.Time) dynamo.Limits {
	return dynamo.Limits{Table: table(stand, "LIMITS_TABLE", 1), Now: now}
}

// taking takes n times, one after the other, and counts what was allowed.
func taking(t testing.TB, in domain.Limiter, policy domain.Policy, subject string, n int) (allowed int) {
	t.Helper()
	for range n {
		d, err := in.Take(t.Context(), policy, subject)
		must(t, err)
		if d.Allowed {
			allowed++
		}
	}
	return allowed
}

// D22: the seed read, counted and wrote, so that of parallel requests all passed.
func TestD22OfAThousandAtOnceTenPass(t *testing.T) {
	t.Parallel()
	for name, processes := range map[string]int{"one process": 1, "two processes": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			var all []dynamo.Limits
			for range processes {
				all = append(all, limits(stand, atNoon))
			}
			var mu sync.Mutex
			remaining := map[int]int{} // decisions by what remains, allowed ones only
			errs := parallel(1000, func(i int) error {
				d, err := all[i%processes].Take(t.Context(), tenAMinute, "ana")
				mu.Lock()
				defer mu.Unlock()
				if d.Allowed {
					remaining[d.Remaining]++
				}
				return err
			})
			for _, err := range errs {
				must(t, err)
			}
			for left := range 10 {
				if len(remaining) != 10 || remaining[left] != 1 {
					t.Fatalf("allowed by what remained: %v, want 9 to 0 once each", remaining)
				}
			}
		})
	}
}

// D23: two policies wrote the same item.
func TestD23PoliciesAndSubjectsHaveLimitsOfTheirOwn(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := limits(stand, atNoon)
	other := domain.Policy{Name: "other", Limit: 3, Window: time.Hour}
	for _, c := range []struct {
		policy  domain.Policy
		subject string
		want    int
	}{{tenAMinute, "ana", 10}, {other, "ana", 3}, {tenAMinute, "bo", 10}, {tenAMinute, "ana", 0}} {
		if got := taking(t, in, c.policy, c.subject, 12); got != c.want {
			t.Errorf("%s for %s: %d of 12 pass, want %d", c.policy.Name, c.subject, got, c.want)
		}
	}
	var pks []string
	for _, item := range items(t, in.Table) {
		pks = append(pks, text(item["pk"]))
	}
	slices.Sort(pks)
	if want := []string{"RL#other#ana", "RL#ten#ana", "RL#ten#bo"}; !slices.Equal(pks, want) {
		t.Errorf("keys %q, want %q", pks, want)
	}
}

// D24: windows below a minute failed.
func TestD24WindowsOfAnyLengthRecover(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	for _, window := range []time.Duration{20 * time.Millisecond, 500 * time.Millisecond, time.Second, 45 * time.Second, time.Minute, 24 * time.Hour} {
		t.Run(window.String(), func(t *testing.T) {
			t.Parallel()
			var at clock
			in := limits(stand, at.now)
			policy := domain.Policy{Name: "window", Limit: 10, Window: window}
			take := func(n int) int { return taking(t, in, policy, window.String(), n) }
			if got := take(12); got != 10 {
				t.Fatalf("%d of 12 pass, want 10", got)
			}
			at.sleep(window/10 - time.Millisecond)
			if got := take(1); got != 0 {
				t.Error("one passes before a tenth of the window")
			}
			at.sleep(time.Millisecond)
			if got := take(2); got != 1 {
				t.Errorf("%d pass after a tenth of the window, want 1", got)
			}
			at.sleep(window)
			if got := take(12); got != 10 {
				t.Errorf("%d of 12 pass after a whole window, want 10", got)
			}
		})
	}
}

// D25: with windows that begin anew, the limit passes at the end of one and again at the start of the next.
func TestD25NoMomentLetsTwiceTheLimitPass(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	for i := range 12 { // wherever a fixed window would begin
		var at clock
		at.sleep(time.Duration(i) * 5 * time.Second)
		in, subject := limits(stand, at.now), strconv.Itoa(i)
		before := taking(t, in, tenAMinute, subject, 10)
		at.sleep(5 * time.Second)
		if after := taking(t, in, tenAMinute, subject, 10); before != 10 || after != 0 {
			t.Errorf("%d pass, then %d five seconds later, want 10 and 0", before, after)
		}
	}
}

func TestADecisionSaysWhatComes(t *testing.T) {
	t.Parallel()
	var at clock
	in := limits(localtest.New(t), at.now)
	take := func(want domain.Decision) {
		t.Helper()
		got, err := in.Take(t.Context(), tenAMinute, "ana")
		must(t, err)
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	const step = 6 * time.Second
	for i := range time.Duration(10) {
		take(domain.Decision{Allowed: true, Limit: 10, Remaining: int(9 - i), Reset: (i + 1) * step})
	}
	take(domain.Decision{Limit: 10, Reset: time.Minute, RetryAfter: step})
	at.sleep(step - time.Millisecond)
	take(domain.Decision{Limit: 10, Reset: time.Minute - step + time.Millisecond, RetryAfter: time.Millisecond})
	at.sleep(time.Millisecond)
	take(domain.Decision{Allowed: true, Limit: 10, Reset: time.Minute})
	at.sleep(59 * time.Second)
	take(domain.Decision{Allowed: true, Limit: 10, Remaining: 8, Reset: 7 * time.Second})
}

// The stored algorithm does what the sentence of domain.Policy says, at any times.
func TestLimitsFollowTheModel(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	r := rand.New(rand.NewPCG(1, 2))
	for subject := range 10 {
		var at clock
		in := limits(stand, at.now)
		level, last := 10.0, at.now() // of a bucket that fills by one each 6 s
		for i := range 60 {
			at.sleep(time.Duration(r.IntN(7)) * time.Second * time.Duration(r.IntN(3)))
			level, last = min(10, level+at.now().Sub(last).Seconds()/6), at.now()
			want := level > 1-1e-6
			if want {
				level--
			}
			d, err := in.Take(t.Context(), tenAMinute, strconv.Itoa(subject))
			must(t, err)
			if d.Allowed != want || d.Allowed && d.Remaining != int(level+1e-6) || (d.RetryAfter > 0) == d.Allowed {
				t.Fatalf("take %d: %+v, want allowed %v of %.3f", i, d, want, level)
			}
		}
	}
}

func TestATakeCostsOneCallMostly(t *testing.T) {
	t.Parallel()
	var at clock
	stand := localtest.New(t)
	in := limits(stand, at.now)
	costs := func(want int, when string) {
		t.Helper()
		if got := calls(stand, func() { taking(t, in, tenAMinute, "ana", 1) }); len(got) != want || got[0] != "UpdateItem" {
			t.Errorf("%s: %q, want %d UpdateItem", when, got, want)
		}
	}
	costs(1, "the first")
	costs(2, "the second")
	taking(t, in, tenAMinute, "ana", 8)
	costs(1, "a refused one")
	at.sleep(time.Minute)
	costs(1, "the first after the window")
}

func TestWhatIsCountedExpires(t *testing.T) {
	t.Parallel()
	in := limits(localtest.New(t), atNoon)
	taking(t, in, tenAMinute, "ana", 10)
	all := items(t, in.Table)
	if len(all) != 1 {
		t.Fatalf("%d items, want 1", len(all))
	}
	tat, _ := strconv.ParseInt(text(all[0]["tat"]), 10, 64)
	expires, _ := strconv.ParseInt(text(all[0]["expiresAt"]), 10, 64)
	if tat != noon.Add(time.Minute).UnixMilli() || expires*1000 < tat || expires > noon.Unix()+61 {
		t.Errorf("tat %d, expiresAt %d, want a minute from noon and at most a second more", tat, expires)
	}
}

func TestALostAnswerIsCountedAndNeverAllowsMore(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := limits(stand, atNoon)
	stand.Intercept(losing(counting(func(n int) bool { return n == 1 })))
	if got := taking(t, in, tenAMinute, "ana", 12); got != 9 {
		t.Errorf("%d of 12 pass, want 9 as the lost answer was counted too", got)
	}
}

func TestALimiterWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	release := make(chan struct{})
	defer close(release)
	stand := localtest.New(t)
	stand.Intercept(func(string, http.ResponseWriter, *http.Request, http.Handler) { <-release })
	if _, err := limits(stand, atNoon).Take(ctx, tenAMinute, "ana"); err == nil {
		t.Error("got a decision of a table that does not answer")
	}
}

func TestManyAreTakenTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	l := limits(localtest.New(t), atNoon)
	for i, want := range []struct {
		n, remaining int
		allowed      bool
	}{{4, 6, true}, {4, 2, true}, {4, 0, false}, {2, 0, true}, {1, 0, false}} {
		d, err := l.TakeMany(t.Context(), tenAMinute, "ana", want.n)
		must(t, err)
		if d.Allowed != want.allowed || d.Remaining != want.remaining {
			t.Errorf("%d: %d more: %+v, want allowed %v with %d left", i, want.n, d, want.allowed, want.remaining)
		}
	}
}
