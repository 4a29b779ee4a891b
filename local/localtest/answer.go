package localtest

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Data decodes the success form's data into out, and fails the test unless the answer has that form, that status and the usual headers.
func (r Answer) Data(t testing.TB, status int, out any) {
	t.Helper()
	var form struct {
		Data       json.RawMessage `json:"data"`
		Pagination json.RawMessage `json:"pagination"`
		Success    bool            `json:"success"`
	}
	if r.Status != status || strictly(r.Body, &form) != nil || !form.Success {
		t.Fatalf("got %d %s, want %d in the success form", r.Status, r.Body, status)
	}
	if err := json.Unmarshal(form.Data, out); err != nil {
		t.Fatalf("data %s: %v", form.Data, err)
	}
	r.usual(t)
}

// Nothing checks that the answer is 204 with the usual headers and no body.
func (r Answer) Nothing(t testing.TB) {
	t.Helper()
	if r.Status != http.StatusNoContent || len(r.Body) != 0 || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d %s, want 204", r.Status, r.Body)
	}
}

// Failure is the error form.
type Failure struct {
	Error     string   `json:"error"`
	Code      string   `json:"code"`
	Success   bool     `json:"success"`
	RequestID string   `json:"requestId"`
	Details   []Detail `json:"details"`
}

// Detail is one field that was refused.
type Detail struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Fields names the refused fields in their order.
func (f Failure) Fields() string {
	var names []string
	for _, d := range f.Details {
		names = append(names, d.Field)
	}
	return strings.Join(names, " ")
}

// Fails checks that the answer is the error form with a status, a code, the usual headers and the one that goes with the status, and
// returns it.
func (r Answer) Fails(t testing.TB, status int, code string) Failure {
	t.Helper()
	var form Failure
	if err := strictly(r.Body, &form); err != nil {
		t.Fatalf("got %d %s, want the error form: %v", r.Status, r.Body, err)
	}
	if r.Status != status || form.Code != code || form.Success || form.Error == "" || form.RequestID != r.Header.Get("X-Request-Id") {
		t.Fatalf("got %d %s, want %d with code %s in the error form", r.Status, r.Body, status, code)
	}
	for header, of := range map[string][]int{
		"WWW-Authenticate": {http.StatusUnauthorized}, "Allow": {http.StatusMethodNotAllowed},
		"Retry-After": {http.StatusServiceUnavailable, http.StatusTooManyRequests},
	} {
		if got := r.Header.Get(header); (got != "") != slices.Contains(of, status) {
			t.Errorf("%d with %s %q", status, header, got)
		}
	}
	r.usual(t)
	return form
}

// usual checks the headers that every answer of ours carries.
func (r Answer) usual(t testing.TB) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := r.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if r.Header.Get("X-Request-Id") == "" {
		t.Error("no X-Request-Id")
	}
}

// Shape is the body with the kind of each value in its place, such as {data:{id:text score:number} success:bool}: no field more, none
// less. A list shows the kinds of entries it has.
func (r Answer) Shape(t testing.TB) string {
	t.Helper()
	var body any
	must(t, json.Unmarshal(r.Body, &body))
	return shape(body)
}

func shape(value any) string {
	switch v := value.(type) {
	case map[string]any:
		var fields []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, name+":"+shape(v[name]))
		}
		return "{" + strings.Join(fields, " ") + "}"
	case []any:
		var kinds []string
		for _, entry := range v {
			if kind := shape(entry); !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
		return "[" + strings.Join(kinds, "|") + "]"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "bool"
	}
	return "null"
}

// strictly decodes one JSON value that has no unknown fields.
func strictly(body []byte, out any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(out)
}
