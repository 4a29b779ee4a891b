package gateway_test

import (
	"encoding/json"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

var update = flag.Bool("update", false, "write the golden events anew")

func TestEvents(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, golden, request string }{
		{"a GET with query and cookies", "get_query_cookies", `GET /api/lessons?track=go&tag=a&tag=b%2Cc&q=a+b%26c&empty=&flag HTTP/1.1
Host: localhost:3000
User-Agent: curl/8.5.0
Accept: text/html
Accept: application/json
Cookie: session=abc123; theme=dark
Cookie: c=3
X-Forwarded-For: 198.51.100.1
X-Forwarded-Proto: https
Connection: keep-alive
`},
		{"a POST of JSON", "post_json", `POST /api/lessons HTTP/1.1
Host: api.example.com
Content-Type: application/json; charset=utf-8
X-Amzn-Trace-Id: Root=1-5e9f0c65-1de4d666d4dd26aced652b6c
Authorization: Bearer a.b.c

{"title":"Zürich <b>&</b>"}`},
		{"a binary multipart upload", "post_multipart", `POST /api/uploads HTTP/1.1
Host: api.example.com
Content-Type: multipart/form-data; boundary=x

--x` + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n\x89PNG\r\n\x1a\n\x00\xff\r\n--x--\r\n"},
		{"percent-encoded path parameters", "path_parameters", `PUT /files/J%C3%BCrgen%20M/a/b%3Fc HTTP/1.1
Host: api.example.com
`},
		{"a request that only $default takes", "default", `DELETE /nowhere HTTP/1.1
Host: api.example.com
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{response: `{"statusCode":204}`}
			api := routed(t, fn.invoke, "GET /api/lessons", "POST /api/lessons", "POST /api/uploads", "PUT /files/{owner}/{path+}", "$default")
			do(api, request(t, tt.request))
			got, file := indented(t, fn.payload), filepath.Join("testdata", tt.golden+".json")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the event differs from %s (go test -update writes it anew); got\n%s", file, got)
			}
		})
	}
}

// TestBodies follows the list that was found on a deployed API: see eventBody.
func TestBodies(t *testing.T) {
	t.Parallel()
	tests := []struct {
		contentType, body string
		encoded           bool
	}{
		{"text/plain", "a", false},
		{"TEXT/HTML; charset=utf-8", "ü", false},
		{"application/json", "{}", false},
		{"application/xml", "<a/>", false},
		{"application/javascript", "a()", false},
		{"application/problem+json", "{}", true},
		{"image/svg+xml", "<a/>", true},
		{"application/x-www-form-urlencoded", "a=b", true},
		{"application/octet-stream", "a", true},
		{"image/png", "\x89PNG", true},
		{"", "a", true},
		{"nonsense", "a", true},
		{"application/json", "\xff", true},
		{"text/plain; charset=iso-8859-1", "\xfc", true},
		{"image/png", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.contentType+" "+tt.body, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{response: `{}`}
			r := httptest.NewRequest("POST", "/", strings.NewReader(tt.body))
			if tt.contentType != "" {
				r.Header.Set("Content-Type", tt.contentType)
			}
			do(routed(t, fn.invoke, "POST /"), r)
			event := parseEvent(t, fn.payload)
			if event.IsBase64Encoded != tt.encoded || decodedBody(t, event) != tt.body {
				t.Errorf("got %q, base64 %t; want base64 %t of %q", event.Body, event.IsBase64Encoded, tt.encoded, tt.body)
			}
		})
	}
}

func TestEventsOfOddRequests(t *testing.T) {
	t.Parallel()
	event := func(t *testing.T, text string) events.APIGatewayV2HTTPRequest {
		t.Helper()
		fn := &recorder{response: `{}`}
		do(routed(t, fn.invoke, "$default"), request(t, text))
		return parseEvent(t, fn.payload)
	}
	tests := []struct {
		name, request string
		got           func(events.APIGatewayV2HTTPRequest) string
		want          string
	}{
		{"NUL in a path stays", "GET /a%00b HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.RawPath }, "/a\x00b"},
		{"a path that is not UTF-8 is mended", "GET /%ff HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.RequestContext.HTTP.Path }, "/\uFFFD"},
		{"a query that is not UTF-8 is mended when decoded", "GET /?a=%ff HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.QueryStringParameters["a"] }, "\uFFFD"},
		{"and raw it stays encoded", "GET /?a=%ff HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.RawQueryString }, "a=%ff"},
		{"raw bytes in a query are mended", "GET /?a=\xff HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.RawQueryString }, "a=\uFFFD"},
		{"names that become equal are joined", "GET /?%ff=1&%fe=2 HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.QueryStringParameters["\uFFFD"] }, "1,2"},
		{"a broken escape stands for itself", "GET /?a=100% HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.QueryStringParameters["a"] }, "100%"},
		{"a semicolon does not separate", "GET /?a=1;b=2 HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.QueryStringParameters["a"] }, "1;b=2"},
		{"an equals sign belongs to the value", "GET /?a=b=c HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string { return e.QueryStringParameters["a"] }, "b=c"},
		{"a header that is not UTF-8 is mended", "GET / HTTP/1.1\nX-A: \xff", func(e events.APIGatewayV2HTTPRequest) string { return e.Headers["x-a"] }, "\uFFFD"},
		{"a cookie that is not UTF-8 is mended", "GET / HTTP/1.1\nCookie: a=\xff;; b=1; ", func(e events.APIGatewayV2HTTPRequest) string { return strings.Join(e.Cookies, "|") }, "a=\uFFFD|b=1"},
		{"the host of an absolute target counts", "GET http://x.example.com:81/a HTTP/1.1", func(e events.APIGatewayV2HTTPRequest) string {
			c := e.RequestContext
			return strings.Join([]string{e.RawPath, e.Headers["host"], c.DomainName, c.DomainPrefix, e.Headers["x-forwarded-port"]}, " ")
		}, "/a x.example.com:81 x.example.com x 81"},
		{"without a host the API has AWS's name", "GET / HTTP/1.0", func(e events.APIGatewayV2HTTPRequest) string { return e.RequestContext.DomainName }, "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.got(event(t, tt.request)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEventsOverTLS(t *testing.T) {
	t.Parallel()
	fn := &recorder{response: `{}`}
	do(routed(t, fn.invoke, "$default"), httptest.NewRequest("GET", "https://example.com/a", nil))
	headers := parseEvent(t, fn.payload).Headers
	if got := headers["x-forwarded-proto"] + " " + headers["x-forwarded-port"]; got != "https 443" {
		t.Errorf("got %s, want https 443", got)
	}
}

func parseEvent(t testing.TB, payload []byte) (event events.APIGatewayV2HTTPRequest) {
	t.Helper()
	if err := json.Unmarshal(payload, &event); err != nil {
		t.Fatalf("the event is no JSON: %v\n%s", err, payload)
	}
	return event
}
