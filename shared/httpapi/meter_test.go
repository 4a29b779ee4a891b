package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lyceum"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// table is a limiter that remembers what it was asked, with one answer.
type table struct {
	says   domain.Decision
	err    error
	asked  []string
	counts []int
}

func (l *table) Take(ctx context.Context, p domain.Policy, subject string) (domain.Decision, error) {
	return l.TakeMany(ctx, p, subject, 1)
}

func (l *table) TakeMany(_ context.Context, p domain.Policy, _ string, n int) (domain.Decision, error) {
	l.asked, l.counts = append(l.asked, p.Name), append(l.counts, n)
	return l.says, l.err
}
func (*table) Count(context.Context, domain.Policy, string, int) (int, time.Duration, error) {
	return 0, 0, nil
}
func (*table) Failed(context.Context, domain.Policy, string) error { return nil }
func (*table) Passed(context.Context, domain.Policy, string) error { return nil }

// metered is a route behind a Meter of ten, at a time that the test moves.
func metered(l *table, log *slog.Logger, now *time.Time, next httpapi.Handler) httpapi.Handler {
	m := &httpapi.Meter{
		Limits: httpapi.Limits{Limiter: l, Wait: httpapi.LimiterWait, Log: log}, IP: httpapi.EachIP, User: httpapi.EachUser,
		Now: func() time.Time { return *now },
	}
	m.Every.Store(httpapi.MeterEvery)
	return m.Wrap(next)
}

// one is a Verifier that knows one user.
type one struct{ caller domain.Caller }

func (o one) Verify(_ context.Context, token string) (domain.Caller, error) {
	if token != "good" {
		return domain.Caller{}, httpapi.ErrNoToken
	}
	return o.caller, nil
}

func TestD27AMeterAsksOnceForTenRequestsAndTellsOfEach(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	l := &table{says: domain.Decision{Allowed: true, Limit: 600, Remaining: 300, Reset: 30 * time.Second}}
	h := metered(l, discard, &now, httpapi.Authenticate(one{}, fine))
	ask := func(token string) answer {
		e := request("GET", "", "authorization", "Bearer "+token)
		e.RequestContext.HTTP.SourceIP = "192.0.2.7"
		return call(t, h, e)
	}
	for i := range 10 {
		got := rateHeaders(ask("good"))
		want := `x-ratelimit-remaining: ` + []string{"599", "598", "597", "596", "595", "594", "593", "592", "591", "300"}[i]
		if !strings.Contains(got, want+",") || !strings.Contains(got, `"user";q=600;w=60`) {
			t.Errorf("request %d: %s, want %s", i+1, got, want)
		}
	}
	if len(l.asked) != 2 || l.asked[0] != "ip" || l.asked[1] != "user" || l.counts[0] != 10 || l.counts[1] != 10 {
		t.Errorf("asked %v of %v, want ip and user once each, of 10", l.asked, l.counts)
	}
	if got := ask("good"); !strings.Contains(rateHeaders(got), "x-ratelimit-remaining: 299,") {
		t.Errorf("after the table's answer: %s, want 299 left", rateHeaders(got))
	}
	if got := ask("bad"); got.status != 401 || !strings.Contains(rateHeaders(got), `"ip";q=3000`) {
		t.Errorf("a bad token: %d %s, want the source's limit", got.status, rateHeaders(got))
	}
	t.Run("who is over is refused without asking, until there is room again", func(t *testing.T) {
		l.says = domain.Decision{Limit: 600, Reset: time.Minute, RetryAfter: time.Second}
		for range 9 {
			ask("good")
		}
		asked := len(l.asked)
		for range 20 {
			if got := ask("good"); got.status != 429 || got.header["retry-after"] != "1" {
				t.Fatalf("got %d, %s", got.status, rateHeaders(got))
			}
		}
		if n := len(l.asked) - asked; n > 2 {
			t.Errorf("20 refusals asked %d times", n)
		}
		now = now.Add(2 * time.Minute)
		if got := ask("good"); got.status != 200 {
			t.Errorf("two minutes later: %d", got.status)
		}
	})
}

func TestAMeterWithoutItsTableStopsNobody(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	l := &table{err: errors.New("no table")}
	h := metered(l, slog.New(slog.NewJSONHandler(&log, nil)), &now, fine)
	for range 5000 { // more than the limit of 3,000
		e := request("GET", "")
		e.RequestContext.HTTP.SourceIP = "192.0.2.7"
		if got := call(t, h, e); got.status != 200 || rateHeaders(got) == "" {
			t.Fatalf("got %d %s", got.status, rateHeaders(got))
		}
	}
	if n := strings.Count(log.String(), "a limit is not applied"); n != 500 {
		t.Errorf("%d lines, want one for each ten requests", n)
	}
	var line struct{ Msg string }
	if err := json.NewDecoder(&log).Decode(&line); err != nil || !bytes.Contains(lyceum.Template, []byte(`FilterPattern: '{ $.msg = "`+line.Msg+`" }'`)) {
		t.Errorf("the metric filter of template.yaml does not match the line with msg %q (%v)", line.Msg, err)
	}
}
