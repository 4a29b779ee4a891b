package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

var discard = slog.New(slog.DiscardHandler)

// D40: errors of the domain reached the client as 500.
func TestD40EveryKindOfFaultHasItsStatus(t *testing.T) {
	t.Parallel()
	want := map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.MethodNotAllowed: 405,
		fault.Conflict: 409, fault.TooLarge: 413, fault.Unsupported: 415, fault.Unavailable: 503,
		fault.Precondition: 412,
		fault.RateLimited:  429,
	}
	if len(want) != len(fault.Kinds()) {
		t.Errorf("there are %d kinds of fault, and statuses for %d", len(fault.Kinds()), len(want))
	}
	statuses := map[int]fault.Kind{}
	for _, kind := range fault.Kinds() {
		declared := fault.New(kind, "thing.broken", "The thing is broken.")
		for how, err := range map[string]error{"declared": declared, "with a cause": declared.Because(io.EOF), "wrapped": fmt.Errorf("doing: %w", declared)} {
			got := call(t, fails(err), request("GET", ""))
			if got.status != want[kind] {
				t.Errorf("kind %d %s: status %d, want %d", kind, how, got.status, want[kind])
			}
			if kind != fault.Internal && (got.Code != "thing.broken" || got.Error != "The thing is broken.") {
				t.Errorf("kind %d %s: %s, want the fault's code and words", kind, how, got.body)
			}
			if other, taken := statuses[got.status]; taken && other != kind {
				t.Errorf("kinds %d and %d are both %d", kind, other, got.status)
			}
			statuses[got.status] = kind
		}
	}
	if got := call(t, fails(fault.New(fault.Kind(99), "thing.new", "A kind nobody knows.")), request("GET", "")); got.status != 500 || got.Code != "internal" {
		t.Errorf("an unknown kind: %d %s, want 500 internal", got.status, got.body)
	}
}

func TestErrorForm(t *testing.T) {
	t.Parallel()
	t.Run("an error says what, why, where and which request", func(t *testing.T) {
		t.Parallel()
		var bad fault.Details
		bad.Add("email", domain.ErrEmail)
		bad.Add("username", domain.ErrTextBlank)
		got := call(t, fails(bad.Err()), request("GET", "")).body
		want := `{"error":"The request is not valid.","code":"request.invalid","success":false,"details":[{"field":"email","code":"user.email_invalid","message":"` + domain.ErrEmail.Message +
			`"},{"field":"username","code":"text.blank","message":"` + domain.ErrTextBlank.Message + `"}],"requestId":"` + requestID + `"}`
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("Retry-After is whole seconds, rounded up, and always there with 503", func(t *testing.T) {
		t.Parallel()
		for after, want := range map[time.Duration]string{0: "1", 1: "1", time.Second: "1", 1001 * time.Millisecond: "2", time.Minute: "60"} {
			f := fault.New(fault.Unavailable, "thing.down", "The thing is down.")
			f.RetryAfter = after
			if got := call(t, fails(f), request("GET", "")).header["retry-after"]; got != want {
				t.Errorf("retry after %v: %q, want %q", after, got, want)
			}
		}
		f := fault.New(fault.Conflict, "thing.busy", "The thing is busy.")
		if got, ok := call(t, fails(f), request("GET", "")).header["retry-after"]; ok {
			t.Errorf("a fault that says nothing of it: Retry-After %q, want none", got)
		}
	})
}

func TestInternalErrorsLeakNothing(t *testing.T) {
	t.Parallel()
	const cause = "dial tcp 10.0.0.7:8000 as dbuser hunter2"
	internal := fault.New(fault.Internal, "dbuser.hunter2", "dbuser hunter2")
	internal.Details = []fault.Detail{{Field: "hunter2", Message: "hunter2"}}
	tests := map[string]struct {
		handler httpapi.Handler
		status  int
	}{
		"an error that is no fault":    {fails(errors.New(cause)), 500},
		"an internal fault":            {fails(internal.Because(errors.New(cause))), 500},
		"a dependency that is down":    {fails(fault.New(fault.Unavailable, "storage.down", "It is down.").Because(errors.New(cause))), 503},
		"a panic":                      {panics(cause), 500},
		"a panic of the runtime":       {panics(fmt.Errorf("%s", cause)), 500},
		"a panic with nothing":         {panics(nil), 500},
		"a route without Authenticate": {httpapi.Query(func(context.Context, struct{ Caller domain.Caller }) (struct{}, error) { return struct{}{}, nil }), 500},
		"a field that takes no text": {httpapi.Query(func(context.Context, struct {
			F []int `path:"id"`
		}) (struct{}, error) {
			return struct{}{}, nil
		}), 404},
		"a query field that takes none": {httpapi.Query(func(context.Context, struct {
			F []int `query:"q"`
		}) (struct{}, error) {
			return struct{}{}, nil
		}), 400},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			e := request("GET", "")
			if strings.Contains(name, "query") {
				e.QueryStringParameters = map[string]string{"q": "1"}
			}
			got := callLogged(t, &log, test.handler, e)
			if got.status != test.status || strings.Contains(got.body, "hunter2") ||
				strings.Contains(fmt.Sprint(got.header), "hunter2") || strings.Contains(got.body, ".go") {
				t.Errorf("got %d %s, want %d without the cause", got.status, got.body, test.status)
			}
			if got.status == 500 && got.Error != "Something went wrong on our side." {
				t.Errorf("got %q, want the fixed sentence", got.Error)
			}
			if got.status < 500 {
				return
			}
			var logged []map[string]any
			for _, line := range lines(t, &log) {
				if line["level"] == "ERROR" {
					logged = append(logged, line)
				}
			}
			if len(logged) != 1 || logged[0]["requestId"] != requestID || logged[0]["route"] != e.RouteKey || logged[0]["cause"] == "" {
				t.Fatalf("logged %v, want one error with request, route and cause", logged)
			}
			if cause := fmt.Sprint(logged[0]["cause"]); strings.HasPrefix(name, "an") && !strings.Contains(cause, "10.0.0.7") {
				t.Errorf("logged the cause %q, want the real one", cause)
			}
		})
	}
}

func panics(with any) httpapi.Handler {
	return func(context.Context, *httpapi.Request) (*httpapi.Response, error) { panic(with) }
}

func TestThePanickedProcessGoesOn(t *testing.T) {
	t.Parallel()
	calls := 0
	serve := httpapi.Serve(discard, httpapi.Query(func(context.Context, struct{}) (int, error) {
		if calls++; calls%2 == 1 {
			var none *thing
			return len(none.Name), nil
		}
		return calls, nil
	}))
	for i, want := range []int{500, 200, 500, 200} {
		if res, err := serve(t.Context(), request("GET", "")); err != nil || res.StatusCode != want {
			t.Errorf("call %d: %d, %v; want %d", i+1, res.StatusCode, err, want)
		}
	}
}

// D65: raw errors were logged, and with them whatever the user had sent.
func TestD65NothingPersonalIsLogged(t *testing.T) {
	t.Parallel()
	secrets := []string{"hunter2", "ana@example.org", "eyJhbGciOi", "cursor-of-ana", "192.0.2.7", "My diary"}
	send := jsonRequest(`{"email":"ana@example.org","password":"hunter2","x":}`)
	send.Headers["authorization"] = "Bearer eyJhbGciOi"
	send.Headers["cookie"] = "session=hunter2"
	send.Cookies = []string{"session=hunter2"}
	send.RawQueryString, send.QueryStringParameters = "cursor=cursor-of-ana", map[string]string{"cursor": "cursor-of-ana"}
	send.RawPath = "/api/users/ana@example.org"
	send.RequestContext.HTTP.SourceIP, send.RequestContext.HTTP.Path = "192.0.2.7", send.RawPath
	good := send
	good.Body = `{"email":"ana@example.org","password":"hunter2"}`
	type in struct {
		Body struct {
			Email    string `json:"email"`
			Password string `json:"password"`
		}
	}
	command := func(err error) httpapi.Handler {
		return httpapi.Command(200, func(_ context.Context, in in) (any, error) { return in.Body, err })
	}
	deny := verifyFunc(func(token string) (domain.Caller, error) {
		return domain.Caller{}, fault.New(fault.Unauthenticated, "auth.no", "No.").Because(errors.New(token))
	})
	form := form(t, part{`form-data; name="file"; filename="My diary.pdf"`, "hunter2"}, part{`form-data; name="file"; filename="My diary.pdf"`, "hunter2"})
	for name, test := range map[string]struct {
		handler httpapi.Handler
		body    string
		form    bool
		level   string
	}{
		"a good request":             {command(nil), good.Body, false, ""},
		"a malformed one":            {command(nil), send.Body, false, ""},
		"an unknown field":           {command(nil), `{"hunter2":1}`, false, ""},
		"a refused one":              {command(domain.ErrEmailTaken), good.Body, false, ""},
		"a refused one with a cause": {command(domain.ErrEmailTaken.Because(errors.New("ana@example.org"))), good.Body, false, ""},
		"a token that is refused":    {httpapi.Authenticate(deny, command(nil)), good.Body, false, ""},
		"a form with two files":      {echoFile, "", true, ""},
		"a panic":                    {httpapi.Command(200, func(context.Context, in) (any, error) { panic("boom") }), good.Body, false, "ERROR"},
		"an internal error":          {command(errors.New("boom")), good.Body, false, "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			e := send
			e.Body = test.body
			if test.form {
				e = form
			}
			got := callLogged(t, &log, test.handler, e)
			for _, secret := range secrets {
				if strings.Contains(log.String(), secret) {
					t.Errorf("the log holds %q: %s", secret, log.String())
				}
			}
			all := lines(t, &log)
			last := all[len(all)-1]
			if last["msg"] != "request" || last["status"] != float64(got.status) || last["requestId"] != requestID || last["ms"] == nil {
				t.Errorf("the last line is %v, want the request with its status %d", last, got.status)
			}
			if test.level == "" && len(all) != 1 {
				t.Errorf("got %d lines, want one: %s", len(all), log.String())
			}
		})
	}
}

// D67: a wrong method was 404.
func TestD67AWrongMethodIs405WithAllow(t *testing.T) {
	t.Parallel()
	wrongMethod := httpapi.NotAllowed([]string{"GET", "PUT"})
	for how, err := range map[string]error{"as it is": wrongMethod, "wrapped": fmt.Errorf("routing: %w", wrongMethod)} {
		got := call(t, fails(err), request("POST", ""))
		if got.status != 405 || got.header["allow"] != "GET, PUT" || got.Code != "route.method_not_allowed" {
			t.Errorf("%s: %d, Allow %q, code %s; want 405, GET, PUT", how, got.status, got.header["allow"], got.Code)
		}
	}
	if _, ok := call(t, fails(domain.ErrNoLesson), request("GET", "")).header["allow"]; ok {
		t.Error("404 has Allow")
	}
}
