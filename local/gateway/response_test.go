package gateway_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lyceum/local/gateway"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	const internal = `{"message":"Internal Server Error"}`
	tests := []struct {
		name, response string
		status         int
		contentType    string
		body           string
	}{
		{"all fields", `{"statusCode":201,"headers":{"content-type":"text/html"},"body":"<p>"}`, 201, "text/html", "<p>"},
		{"no content type is plain text", `{"statusCode":200,"body":"a"}`, 200, "text/plain; charset=utf-8", "a"},
		{"base64 becomes bytes", `{"statusCode":200,"headers":{"Content-Type":"image/png"},"body":"iVBO/w==","isBase64Encoded":true}`, 200, "image/png", "\x89PN\xff"},
		{"a status alone", `{"statusCode":404}`, 404, "text/plain; charset=utf-8", ""},
		{"204 has no body", `{"statusCode":204,"body":"a"}`, 204, "", ""},
		{"304 has no body", `{"statusCode":304,"body":"a"}`, 304, "", ""},
		{"null fields are absent", `{"statusCode":200,"headers":null,"cookies":null,"body":null}`, 200, "text/plain; charset=utf-8", ""},
		{"multiValueHeaders and unknown fields are ignored", `{"statusCode":200,"multiValueHeaders":7,"x":1}`, 200, "text/plain; charset=utf-8", ""},
		{"an object without statusCode is the body", `{"message": "hi"}`, 200, "application/json", `{"message": "hi"}`},
		{"statusCode is spelled exactly so", `{"StatusCode":404}`, 200, "application/json", `{"StatusCode":404}`},
		{"a string is the body without its quotes", `"Special \"quoted\" text"`, 200, "application/json", `Special "quoted" text`},
		{"an empty string is an empty body", `""`, 200, "application/json", ""},
		{"a list is the body", `[1, 2]`, 200, "application/json", `[1, 2]`},
		{"a number is the body", `42`, 200, "application/json", `42`},
		{"a boolean is the body", `true`, 200, "application/json", `true`},
		{"null is the body", `null`, 200, "application/json", `null`},
		{"text that is no JSON is the body, as observed on AWS", `{"name": "John Doe", "age":`, 200, "application/json", `{"name": "John Doe", "age":`},
		{"nothing is an empty body", ``, 200, "application/json", ``},
		{"a fraction as status", `{"statusCode":200.5}`, 500, "application/json", internal},
		{"a text as status", `{"statusCode":"200"}`, 500, "application/json", internal},
		{"no status", `{"statusCode":null}`, 500, "application/json", internal},
		{"a zero status", `{"statusCode":0,"body":"a"}`, 500, "application/json", internal},
		{"an informational status", `{"statusCode":101}`, 500, "application/json", internal},
		{"a status out of range", `{"statusCode":1000}`, 500, "application/json", internal},
		{"an object as body", `{"statusCode":200,"body":{}}`, 500, "application/json", internal},
		{"a list as header", `{"statusCode":200,"headers":{"a":["b"]}}`, 500, "application/json", internal},
		{"a list as headers", `{"statusCode":200,"headers":[]}`, 500, "application/json", internal},
		{"a text as cookies", `{"statusCode":200,"cookies":"a=b"}`, 500, "application/json", internal},
		{"broken base64", `{"statusCode":200,"body":"%","isBase64Encoded":true}`, 500, "application/json", internal},
		{"a header name with a space", `{"statusCode":200,"headers":{"a b":"c"}}`, 500, "application/json", internal},
		{"a header value with a line break", `{"statusCode":200,"headers":{"a":"b\r\nset-cookie: c"}}`, 500, "application/json", internal},
		{"a cookie with a line break", `{"statusCode":200,"cookies":["a\nb"]}`, 500, "application/json", internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{response: tt.response}
			server := httptest.NewServer(routed(t, fn.invoke, "GET /"))
			defer server.Close()
			res, err := server.Client().Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			got := body(t, res)
			if res.StatusCode != tt.status || res.Header.Get("Content-Type") != tt.contentType || got != tt.body {
				t.Errorf("got %d %q %q, want %d %q %q", res.StatusCode, res.Header.Get("Content-Type"), got, tt.status, tt.contentType, tt.body)
			}
			if want := int64(len(tt.body)); tt.status != 304 && res.ContentLength != want {
				t.Errorf("got content-length %d, want %d", res.ContentLength, want)
			}
			if id := res.Header.Get("Apigw-Requestid"); !regexp.MustCompile(`^[A-Za-z0-9_-]{15}=$`).MatchString(id) {
				t.Errorf("got apigw-requestid %q", id)
			}
		})
	}
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	fn := &recorder{response: `{"statusCode":200,"headers":{"x-a":"1","set-cookie":"h=1","connection":"close","Transfer-Encoding":"chunked",
		"content-length":"99","keep-alive":"1","Upgrade":"x","apigw-requestid":"mine","ACCESS-control-allow-origin":"*"},
		"cookies":["a=1; HttpOnly","b=2"],"body":"abc"}`}
	res := do(routed(t, fn.invoke, "GET /"), httptest.NewRequest("GET", "/", nil))
	for name, want := range map[string]string{
		"X-A": "1", "Connection": "", "Transfer-Encoding": "", "Keep-Alive": "", "Upgrade": "", "Content-Length": "3", "Access-Control-Allow-Origin": "*",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
	}
	if got, want := res.Header["Set-Cookie"], []string{"h=1", "a=1; HttpOnly", "b=2"}; !slices.Equal(got, want) {
		t.Errorf("got cookies %q, want %q", got, want)
	}
	if got := res.Header["Apigw-Requestid"]; len(got) != 1 || got[0] == "mine" || got[0] != parseEvent(t, fn.payload).RequestContext.RequestID {
		t.Errorf("got apigw-requestid %q, want the event's request id", got)
	}
}

func TestHEADHasTheLengthButNoBody(t *testing.T) {
	t.Parallel()
	fn := &recorder{response: `{"statusCode":200,"body":"abc"}`}
	res := do(routed(t, fn.invoke, "ANY /"), httptest.NewRequest("HEAD", "/", nil))
	if got := body(t, res); got != "" || res.Header.Get("Content-Length") != "3" {
		t.Errorf("got body %q and content-length %q, want none and 3", got, res.Header.Get("Content-Length"))
	}
}

func TestTheLogTellsWhatAnswersHide(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	fn := &recorder{err: errors.New("boom")}
	api := newAPI(t, gateway.Options{Routes: routesOf("GET /a"), Invoke: fn.invoke, Log: slog.New(slog.NewTextHandler(&log, nil))})
	id := do(api, httptest.NewRequest("GET", "/a", nil)).Header.Get("Apigw-Requestid")
	for _, want := range []string{"error=boom", `function="GET /a"`, "status=500", id} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("got %q, want it to have %q", log.String(), want)
		}
	}
}

func TestFailedInvocations(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		status int
		body   string
	}{
		{"a function's error", errors.New("boom"), 500, `{"message":"Internal Server Error"}`},
		{"a function that does not exist", refused(404), 500, `{"message":"Internal Server Error"}`},
		{"an event over Lambda's 6 MB", refused(413), 413, `{"message":"Request Entity Too Large"}`},
		{"a throttled function", refused(429), 503, `{"message":"Service Unavailable"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{err: tt.err}
			res := do(routed(t, fn.invoke, "GET /"), httptest.NewRequest("GET", "/", nil))
			got := body(t, res)
			if res.StatusCode != tt.status || got != tt.body || res.Header.Get("Content-Type") != "application/json" {
				t.Errorf("got %d %s, want %d %s", res.StatusCode, got, tt.status, tt.body)
			}
			if retry := res.Header.Get("Retry-After"); (retry == "1") != (tt.status == http.StatusServiceUnavailable) {
				t.Errorf("got Retry-After %q", retry)
			}
			if strings.Contains(got, "boom") || res.Header.Get("Apigw-Requestid") == "" || res.StatusCode == http.StatusOK {
				t.Errorf("got %s with headers %v", got, res.Header)
			}
		})
	}
}
