package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// takeFunc is a Limiter.
type takeFunc func(context.Context, domain.Policy, string) (domain.Decision, error)

func (f takeFunc) Take(ctx context.Context, p domain.Policy, subject string) (domain.Decision, error) {
	return f(ctx, p, subject)
}

func (f takeFunc) TakeMany(ctx context.Context, p domain.Policy, subject string, _ int) (domain.Decision, error) {
	return f(ctx, p, subject)
}
func (takeFunc) Count(context.Context, domain.Policy, string, int) (int, time.Duration, error) {
	return 0, 0, nil
}
func (takeFunc) Failed(context.Context, domain.Policy, string) error { return nil }
func (takeFunc) Passed(context.Context, domain.Policy, string) error { return nil }

// says is a limiter with one answer.
func says(d domain.Decision) takeFunc {
	return func(context.Context, domain.Policy, string) (domain.Decision, error) { return d, nil }
}

func limits(limiter domain.Tries) httpapi.Limits {
	return httpapi.Limits{Limiter: limiter, Wait: httpapi.LimiterWait, Log: discard}
}

// fine is a route that works.
var fine = httpapi.Query(func(context.Context, struct{}) (string, error) { return "fine", nil })

var aMinute = domain.Policy{Name: "ten", Limit: 10, Window: time.Minute}

// rateHeaders are those of an answer, name and value.
func rateHeaders(a answer) string {
	var all []string
	for _, name := range []string{"ratelimit-policy", "ratelimit", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"} {
		if value, ok := a.header[name]; ok {
			all = append(all, name+": "+value)
		}
	}
	return strings.Join(all, ", ")
}

// from is the subject that a request from a source address is counted as.
func from(ip string, headers ...string) string {
	subject := "none"
	e := request("POST", "", headers...)
	e.RequestContext.HTTP.SourceIP = ip
	h := limits(takeFunc(func(_ context.Context, _ domain.Policy, s string) (domain.Decision, error) {
		subject = s
		return domain.Decision{Allowed: true}, nil
	})).ByIP(aMinute, fine)
	_, _ = httpapi.Serve(discard, h)(context.Background(), e)
	return subject
}

// D26: the seed believed a header, and gave everybody without one the same limit; each address of an IPv6 customer had a limit of its own.
func TestD26TheSourceIsWhoConnects(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::": "2001:db8:1:2::/64",
		"2001:DB8:1:2:ffff::1": "2001:db8:1:2::/64", "2001:db8:1:3::1": "2001:db8:1:3::/64", "fe80::1%eth0": "fe80::/64", "::1": "::/64",
		"": "none", "unknown": "none", "192.0.2.7:443": "none",
	} {
		if got := from(ip, "x-forwarded-for", "203.0.113.9", "forwarded", "for=203.0.113.9", "x-real-ip", "203.0.113.9"); got != want {
			t.Errorf("%q is counted as %q, want %q", ip, got, want)
		}
	}
}

// D27: answers that were allowed had no headers, Reset was in milliseconds, Retry-After could be 0.
func TestD27EveryAnswerTellsTheLimit(t *testing.T) {
	t.Parallel()
	const policy = `ratelimit-policy: "ten";q=10;w=60, ratelimit: "ten"`
	some := domain.Decision{Allowed: true, Limit: 10, Remaining: 9, Reset: 5001 * time.Millisecond}
	none := domain.Decision{Limit: 10, Reset: 59 * time.Second, RetryAfter: time.Millisecond}
	for name, c := range map[string]struct {
		decision domain.Decision
		next     httpapi.Handler
		status   int
		want     string
	}{
		"allowed":           {some, fine, 200, policy + ";r=9;t=6, x-ratelimit-limit: 10, x-ratelimit-remaining: 9, x-ratelimit-reset: 6"},
		"allowed, a fault":  {some, fails(domain.ErrNoUser), 404, policy + ";r=9;t=6, x-ratelimit-limit: 10, x-ratelimit-remaining: 9, x-ratelimit-reset: 6"},
		"allowed, a panic":  {some, panics("boom"), 500, policy + ";r=9;t=6, x-ratelimit-limit: 10, x-ratelimit-remaining: 9, x-ratelimit-reset: 6"},
		"refused":           {none, panics("must not run"), 429, policy + ";r=0;t=59, x-ratelimit-limit: 10, x-ratelimit-remaining: 0, x-ratelimit-reset: 59, retry-after: 1"},
		"refused for hours": {domain.Decision{Limit: 10, Reset: 3 * time.Hour, RetryAfter: 2 * time.Hour}, fine, 429, policy + ";r=0;t=10800, x-ratelimit-limit: 10, x-ratelimit-remaining: 0, x-ratelimit-reset: 10800, retry-after: 7200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := request("POST", "")
			e.RequestContext.HTTP.SourceIP = "192.0.2.7"
			got := call(t, limits(says(c.decision)).ByIP(aMinute, c.next), e)
			if got.status != c.status || rateHeaders(got) != c.want {
				t.Errorf("%d with\n got %s\nwant %s", got.status, rateHeaders(got), c.want)
			}
			if c.status == 429 && got.Code != "request.rate_limited" {
				t.Errorf("code %s", got.Code)
			}
		})
	}
	t.Run("a route without a limit says nothing of one", func(t *testing.T) {
		t.Parallel()
		if got := rateHeaders(call(t, fine, request("GET", ""))); got != "" {
			t.Errorf("got %s", got)
		}
	})
}

func TestAUseCaseAsksForAnAccount(t *testing.T) {
	t.Parallel()
	email, err := domain.ParseEmail("Ana@Example.org")
	if err != nil {
		t.Fatal(err)
	}
	subject := ""
	l := limits(takeFunc(func(_ context.Context, _ domain.Policy, s string) (domain.Decision, error) {
		subject = s
		return domain.Decision{Limit: 10, Reset: time.Minute, RetryAfter: 6 * time.Second}, nil
	}))
	route := httpapi.Query(func(ctx context.Context, _ struct{}) (string, error) { return "", l.ByAccount(ctx, aMinute, email) })
	got := call(t, route, request("POST", ""))
	if want := `ratelimit-policy: "ten";q=10;w=60, ratelimit: "ten";r=0;t=60, x-ratelimit-limit: 10, x-ratelimit-remaining: 0, x-ratelimit-reset: 60, retry-after: 6`; got.status != 429 || rateHeaders(got) != want {
		t.Errorf("%d with\n got %s\nwant %s", got.status, rateHeaders(got), want)
	}
	// printf ana@example.org | sha256sum
	if want := "86b9260a115ceac89a9738af23696ce3a5d70449de8d95ef28bd754bb80196b9"; subject != want {
		t.Errorf("subject %q, want %q: the address as it is compared, hashed", subject, want)
	}
	if err := l.ByAccount(t.Context(), aMinute, email); !errors.Is(err, httpapi.ErrRateLimited) {
		t.Errorf("outside of a request: %v, want ErrRateLimited", err)
	}
}

func TestALimiterThatFailsStopsNobody(t *testing.T) {
	t.Parallel()
	for name, limiter := range map[string]takeFunc{
		"an error": func(context.Context, domain.Policy, string) (domain.Decision, error) {
			return domain.Decision{}, errors.New("no table")
		},
		"no answer": func(ctx context.Context, _ domain.Policy, _ string) (domain.Decision, error) {
			<-ctx.Done()
			return domain.Decision{}, ctx.Err()
		},
		"no source": func(context.Context, domain.Policy, string) (domain.Decision, error) {
			panic("asked without a subject")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			l := httpapi.Limits{Limiter: limiter, Wait: httpapi.LimiterWait, Log: slog.New(slog.NewJSONHandler(&log, nil))}
			e := request("POST", "")
			if name != "no source" {
				e.RequestContext.HTTP.SourceIP = "192.0.2.7"
			}
			begin := time.Now()
			got := call(t, l.ByIP(aMinute, fine), e)
			if took := time.Since(begin); took > 2*time.Second || got.status != 200 || rateHeaders(got) != "" {
				t.Errorf("%d with %q after %v, want 200 without headers after 300 ms at most", got.status, rateHeaders(got), took)
			}
			all := lines(t, &log)
			if len(all) != 1 || all[0]["level"] != "ERROR" || all[0]["policy"] != "ten" || all[0]["requestId"] != requestID || all[0]["cause"] == "" {
				t.Errorf("logged %v, want one error with policy, request and cause", all)
			}
			if strings.Contains(log.String(), "192.0.2.7") {
				t.Errorf("the log holds the address: %s", log.String())
			}
		})
	}
}

func TestPoliciesCanBeKept(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, p := range []domain.Policy{httpapi.RegisterIP, httpapi.LoginAccount} {
		step := p.Window / time.Duration(max(p.Limit, 1))
		if p.Limit < 1 || step < time.Millisecond || step%time.Millisecond != 0 || step*time.Duration(p.Limit) != p.Window {
			t.Errorf("%+v: Window/Limit must be whole milliseconds", p)
		}
		if p.Name == "" || strings.ContainsAny(p.Name, `#" \`) || names[p.Name] {
			t.Errorf("%+v: the name must be unlike the others, without # and quotes", p)
		}
		names[p.Name] = true
	}
}
