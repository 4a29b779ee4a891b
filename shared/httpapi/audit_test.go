package httpapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

type trail struct {
	entries []domain.AuditEntry
	err     error
}

func (t *trail) Keep(_ context.Context, e domain.AuditEntry) error {
	t.entries = append(t.entries, e)
	return t.err
}

type callerIs domain.Caller

func (c callerIs) Verify(context.Context, string) (domain.Caller, error) {
	return domain.Caller(c), nil
}

func auditID(t testing.TB) domain.UserID {
	t.Helper()
	id, err := domain.NewID[domain.User](time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// audited sends a request from ip through an audited handler, signed in or not, and answers the
// entries and the log.
func audited(t testing.TB, kept *trail, caller domain.UserID, ip string, next httpapi.Handler) string {
	t.Helper()
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	h := httpapi.Audit{Trail: kept, Now: time.Now, Random: rand.Reader, Log: logger}.Of("x/y", next)
	e := events.APIGatewayV2HTTPRequest{Headers: map[string]string{}}
	if !caller.IsZero() {
		h, e.Headers = httpapi.Authenticate(callerIs{UserID: caller}, h), map[string]string{"authorization": "Bearer x"}
	}
	e.RequestContext.RequestID, e.RequestContext.HTTP.SourceIP = "r-1", ip
	if _, err := httpapi.Serve(logger, h)(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return log.String()
}

func TestAnEntrySaysWhoDidWhatToWhomFromWhere(t *testing.T) {
	t.Parallel()
	admin, ana := auditID(t), auditID(t)
	about := func(user domain.UserID, err error) httpapi.Handler {
		return func(ctx context.Context, _ *httpapi.Request) (*httpapi.Response, error) {
			httpapi.About(ctx, domain.RestoreUser(domain.UserState{ID: user}), domain.Email{})
			return &httpapi.Response{Status: 204}, err
		}
	}
	nobody := func(ctx context.Context, _ *httpapi.Request) (*httpapi.Response, error) {
		httpapi.About(ctx, nil, domain.RestoreEmail("ana@example.org"))
		return nil, domain.ErrForbidden
	}
	fails := func(err error) httpapi.Handler {
		return func(context.Context, *httpapi.Request) (*httpapi.Response, error) { return nil, err }
	}
	for what, c := range map[string]struct {
		caller domain.UserID
		ip     string
		next   httpapi.Handler
		want   domain.AuditEntry
		none   bool
	}{
		"an admin's act":       {admin, "192.0.2.77", about(ana, nil), domain.AuditEntry{Actor: admin, Subject: ana, Outcome: "done", From: "192.0.2.0/24"}, false},
		"one's own act":        {ana, "2001:db8:1:2::3", fails(domain.ErrForbidden), domain.AuditEntry{Actor: ana, Subject: ana, Outcome: "auth.forbidden", From: "2001:db8:1::/48"}, false},
		"a sign-in that fails": {domain.UserID{}, "::ffff:192.0.2.9", about(ana, domain.ErrForbidden), domain.AuditEntry{Subject: ana, Outcome: "auth.forbidden", From: "192.0.2.0/24"}, false},
		"an unknown address":   {domain.UserID{}, "no address", nobody, domain.AuditEntry{Address: domain.Subject("ana@example.org")[:16], Outcome: "auth.forbidden"}, false},
		"nobody":               {domain.UserID{}, "192.0.2.1", fails(domain.ErrForbidden), domain.AuditEntry{}, true},
		"a limit":              {ana, "192.0.2.1", fails(httpapi.ErrRateLimited), domain.AuditEntry{}, true},
		"an outage":            {ana, "192.0.2.1", fails(fault.New(fault.Unavailable, "x", "x")), domain.AuditEntry{}, true},
	} {
		kept := &trail{}
		audited(t, kept, c.caller, c.ip, c.next)
		if c.none != (len(kept.entries) == 0) {
			t.Errorf("%s: %d entries", what, len(kept.entries))
		}
		for _, got := range kept.entries {
			c.want.ID, c.want.Kind, c.want.RequestID = got.ID, "x/y", "r-1"
			if got != c.want || time.Since(got.At()) > time.Minute {
				t.Errorf("%s:\n got %+v\nwant %+v", what, got, c.want)
			}
		}
	}
}

func TestAnEntryThatIsNotStoredIsLoggedWhole(t *testing.T) {
	t.Parallel()
	ana := auditID(t)
	log := audited(t, &trail{err: errors.New("down")}, ana, "192.0.2.1", func(context.Context, *httpapi.Request) (*httpapi.Response, error) {
		return &httpapi.Response{Status: 204}, nil
	})
	for _, word := range []string{`"msg":"an audit entry is not stored"`, `"requestId":"r-1"`, `"kind":"x/y"`, `"actor":"` + ana.String(), `"outcome":"done"`, `"from":"192.0.2.0/24"`, `"cause":"down"`, `"status":204`} {
		if !strings.Contains(log, word) {
			t.Errorf("the log lacks %s:\n%s", word, log)
		}
	}
}

func TestTheLineOfARequestNamesItsUser(t *testing.T) {
	t.Parallel()
	ana := auditID(t)
	log := audited(t, &trail{}, ana, "192.0.2.1", func(context.Context, *httpapi.Request) (*httpapi.Response, error) { return nil, io.EOF })
	found := false
	for line := range strings.Lines(log) {
		found = found || strings.Contains(line, `"msg":"request"`) && strings.Contains(line, `"requestId":"r-1"`) && strings.Contains(line, `"userId":"`+ana.String()+`"`)
	}
	if !found {
		t.Errorf("no line of the request names the user:\n%s", log)
	}
}
