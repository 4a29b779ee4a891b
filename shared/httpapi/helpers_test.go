package httpapi_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

const (
	requestID = "JKJaXmPLvHcESHA="
	lessonID  = "0195f0c1-9f00-7abc-8def-0123456789ab"
)

// request is an event as API Gateway sends it; headers are given as name, value, name, value.
func request(method, body string, headers ...string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: method + " /api/things/{id}", Body: body, Headers: map[string]string{}}
	e.RequestContext.RequestID = requestID
	e.RequestContext.DomainName = "api.lyceum.example"
	e.RequestContext.HTTP.Method = method
	for i := 0; i < len(headers); i += 2 {
		e.Headers[headers[i]] = headers[i+1]
	}
	return e
}

func jsonRequest(body string) events.APIGatewayV2HTTPRequest {
	return request("POST", body, "content-type", "application/json")
}

// binary is e with its body in base64, as API Gateway sends what is not text.
func binary(e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPRequest {
	e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(e.Body)), true
	return e
}

// answer is what a client gets.
type answer struct {
	status int
	header map[string]string
	body   string
	failure
}

// failure is the error form.
type failure struct {
	Error     string
	Code      string
	Success   *bool
	Details   []fault.Detail
	RequestID string
}

// fields are the names in the details.
func (f failure) fields() string {
	var names []string
	for _, d := range f.Details {
		names = append(names, d.Field)
	}
	return strings.Join(names, " ")
}

// call serves one request and holds the answer to what every answer promises.
func call(t testing.TB, h httpapi.Handler, e events.APIGatewayV2HTTPRequest) answer {
	t.Helper()
	return callLogged(t, io.Discard, h, e)
}

func callLogged(t testing.TB, log io.Writer, h httpapi.Handler, e events.APIGatewayV2HTTPRequest) answer {
	t.Helper()
	res, err := httpapi.Serve(slog.New(slog.NewJSONHandler(log, nil)), h)(t.Context(), e)
	if err != nil {
		t.Fatalf("the Lambda fails: %v", err)
	}
	a := answer{status: res.StatusCode, header: res.Headers, body: res.Body}
	for name, want := range map[string]string{
		"x-request-id": requestID, "x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer",
		"strict-transport-security": "max-age=63072000; includeSubDomains", "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := a.header[name]; got != want {
			t.Errorf("%d: header %s = %q, want %q", a.status, name, got, want)
		}
	}
	for name, value := range a.header {
		if name != strings.ToLower(name) || strings.ContainsAny(name+value, "\r\n\x00") {
			t.Errorf("%d: header %q: %q", a.status, name, value)
		}
	}
	if a.status == 302 {
		return a
	}
	if got := a.header["content-type"]; got != "application/json; charset=utf-8" {
		t.Errorf("%d: content-type = %q, want JSON", a.status, got)
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(a.body), &members) != nil || json.Unmarshal([]byte(a.body), &a.failure) != nil || a.Success == nil {
		t.Fatalf("%d: %s is not in our envelope", a.status, a.body)
	}
	delete(members, "details")
	want := []string{"code", "error", "requestId", "success"}
	if a.status < 400 {
		delete(members, "pagination")
		want = []string{"data", "success"}
	} else if a.Error == "" || a.Code == "" || a.RequestID != requestID {
		t.Errorf("%d: %s, want a sentence, a code and the request's id", a.status, a.body)
	}
	if got := slices.Sorted(maps.Keys(members)); !slices.Equal(got, want) || *a.Success != (a.status < 400) {
		t.Errorf("%d: %s, want the members %v", a.status, a.body, want)
	}
	return a
}

// fails is a handler with nothing but an error.
func fails(err error) httpapi.Handler {
	return httpapi.Query(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, err })
}

// verifyFunc is a Verifier.
type verifyFunc func(string) (domain.Caller, error)

func (f verifyFunc) Verify(_ context.Context, token string) (domain.Caller, error) { return f(token) }

// lines are the lines of a log, parsed.
func lines(t testing.TB, log *bytes.Buffer) (all []map[string]any) {
	t.Helper()
	for line := range strings.Lines(log.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, m)
	}
	return all
}
