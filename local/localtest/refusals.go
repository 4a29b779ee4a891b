package localtest

import (
	"math"
	"net/http"
	"strings"
	"testing"
)

// TellsLimits sends a request, whatever its answer is: it tells the limit of all routes, and the function may ask the limits table.
func (a *API) TellsLimits(t *testing.T, stand *Stand, r Request) {
	t.Helper()
	calls := len(stand.allCalls())
	a.meter.Every.Store(1)
	answer := a.Do(r)
	a.meter.Every.Store(math.MaxInt32)
	for _, header := range []string{"Ratelimit", "Ratelimit-Policy", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
		if answer.Header.Get(header) == "" {
			t.Errorf("%s %s: %d without %s", r.Method, r.Path, answer.Status, header)
		}
	}
	if asked := stand.allCalls()[calls:]; len(asked) == 0 || asked[0].action != "UpdateItem" {
		t.Errorf("%s %s asks %v, want the limits table first", r.Method, r.Path, asked)
	}
}

// RefusesBadJSON posts what is not the JSON object that a command takes. good is one, with at least one member.
func (a *API) RefusesBadJSON(t *testing.T, path, token, good string) {
	t.Helper()
	a.RefusesBadJSONBy(t, http.MethodPost, path, token, good)
}

// RefusesBadJSONBy is RefusesBadJSON with another method.
func (a *API) RefusesBadJSONBy(t *testing.T, method, path, token, good string) {
	t.Helper()
	inner := good[1 : len(good)-1]
	first, _, _ := strings.Cut(inner[1:], `"`)
	const malformed, invalid = "request.malformed", "request.invalid"
	for _, c := range []struct {
		name, body  string
		status      int
		code, field string
	}{
		{"half an object", good[:len(good)-1], 400, malformed, ""},
		{"a list", "[" + good + "]", 400, malformed, "body"},
		{"null", "null", 400, malformed, "body"},
		{"a text", `"text"`, 400, malformed, "body"},
		{"no JSON at all", "email=a&password=b", 400, malformed, "body"},
		{"something after the object", good + "{}", 400, malformed, ""},
		{"deep nesting", `{"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}", 400, malformed, "body"},
		{"broken UTF-8", `{"` + first + "\xff" + `":1}`, 400, malformed, "body"},
		{"spaces alone", "  ", 400, "request.body_missing", ""},
		{"a field that nobody knows", `{"role":"admin",` + inner + "}", 400, invalid, "role"},
		{"a field in capitals", `{"` + strings.ToUpper(first) + `":1}`, 400, invalid, strings.ToUpper(first)},
		{"a field twice", "{" + inner + "," + inner + "}", 400, invalid, first},
		{"a field of a wrong type", `{"` + first + `":{}}`, 400, invalid, first},
		{"64 KiB", good + strings.Repeat(" ", 64<<10), 413, "request.too_large", ""},
	} {
		t.Run(c.name+" is refused", func(t *testing.T) {
			if got := a.Do(Request{Method: method, Path: path, Token: token, Body: c.body}).Fails(t, c.status, c.code).Fields(); got != c.field {
				t.Errorf("details name %q, want %q", got, c.field)
			}
		})
	}
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""} {
		t.Run("the content type "+media+" is refused", func(t *testing.T) {
			header := http.Header{"Content-Type": {media}}
			a.Do(Request{Method: method, Path: path, Token: token, Body: good, Header: header}).Fails(t, 415, "request.not_json")
		})
	}
	t.Run("no body is refused", func(t *testing.T) {
		header := http.Header{"Content-Type": {"application/json"}}
		a.Do(Request{Method: method, Path: path, Token: token, Header: header}).Fails(t, 400, "request.body_missing")
	})
}

// RefusesLearners sends a good request as a learner: 403, and nothing is asked of DynamoDB but whether the session stands.
func (a *API) RefusesLearners(t *testing.T, stand *Stand, good Request) {
	t.Helper()
	good.Token = stand.NewUser(t).Token
	calls := len(stand.allCalls())
	a.Do(good).Fails(t, http.StatusForbidden, "auth.forbidden")
	if n := len(stand.allCalls()) - calls; n > 1 {
		t.Errorf("DynamoDB was asked %d times for somebody who may not", n)
	}
}
