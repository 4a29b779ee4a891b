package gateway_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/local/gateway"
)

// FuzzEvents sends whatever net/http takes for a request.
func FuzzEvents(f *testing.F) {
	f.Add("GET /a%00/%ff?b=%zz&\xff=%ff HTTP/1.1\r\nHost: \xffx\r\nCookie: \xff; a=b\r\nX-A: \xfe\r\n\r\n", "text/plain", []byte("\xff"))
	f.Add("POST http://h:1?x HTTP/1.0\r\n\r\n", "application/json", []byte(`{"a":"<&>"}`))
	f.Add("OPTIONS * HTTP/1.1\r\nHost: h\r\nOrigin: null\r\n\r\n", "", []byte{})
	f.Fuzz(func(t *testing.T, head, contentType string, content []byte) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
		if err != nil || r.Header.Get("Transfer-Encoding") != "" {
			return
		}
		r.Header["Content-Type"] = []string{contentType}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(content)), int64(len(content))
		fn := &recorder{response: `{}`}
		do(routed(t, fn.invoke, "GET /{p+}", "GET /a/{id}", "$default"), r)
		if fn.calls == 0 {
			return // over a limit
		}
		if !utf8.Valid(fn.payload) {
			t.Fatalf("the event is not UTF-8: %q", fn.payload)
		}
		event := parseEvent(t, fn.payload)
		if got := decodedBody(t, event); got != string(content) {
			t.Errorf("got body %q, want %q", got, content)
		}
		if event.RequestContext.HTTP.Path != event.RawPath || event.RequestContext.RouteKey != event.RouteKey {
			t.Errorf("the event contradicts itself: %s", fn.payload)
		}
	})
}

func decodedBody(t testing.TB, event events.APIGatewayV2HTTPRequest) string {
	t.Helper()
	if !event.IsBase64Encoded {
		return event.Body
	}
	decoded, err := base64.StdEncoding.DecodeString(event.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(decoded)
}

// FuzzRouting holds the promise of a match: put in place of the parameters, their values give the path again.
func FuzzRouting(f *testing.F) {
	f.Add("/a/{b}/{c+}", "/a/x/y/z")
	f.Add("/{x}", "/")
	f.Add("/", "//")
	f.Fuzz(func(t *testing.T, route, path string) {
		fn := &recorder{response: `{}`}
		api, err := gateway.New(gateway.Options{Routes: routesOf("GET " + route), Invoke: fn.invoke})
		if err != nil || route == "$default" {
			return
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		if do(api, r).StatusCode == http.StatusNotFound {
			if route == path && !strings.Contains(route, "{") {
				t.Errorf("%q does not match itself", route)
			}
			return
		}
		event := parseEvent(t, fn.payload)
		var built []string
		for part := range strings.SplitSeq(route, "/") {
			if strings.HasPrefix(part, "{") {
				part = event.PathParameters[strings.Trim(part, "{+}")]
				if part == "" {
					t.Errorf("route %q matches %q with an empty parameter", route, path)
				}
			}
			built = append(built, part)
		}
		if got := strings.Join(built, "/"); got != event.RawPath {
			t.Errorf("route %q matches %q with parameters %q, which give %q", route, path, event.PathParameters, got)
		}
	})
}
