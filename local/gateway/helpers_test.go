package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/gateway"
)

// moment is when every request arrives, on a machine east of Greenwich.
var moment = time.Date(2026, time.November, 9, 12, 0, 0, 123e6, time.FixedZone("", 2*60*60))

// refused is Lambda's refusal of an invocation, as lambda.APIError.
type refused int

func (e refused) Error() string   { return http.StatusText(int(e)) }
func (e refused) StatusCode() int { return int(e) }

// recorder is an Invoker that keeps what it is given and answers response or err.
type recorder struct {
	response string
	err      error

	mu       sync.Mutex
	function string
	payload  []byte
	calls    int
}

func (r *recorder) invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.function, r.payload, r.calls = function, payload, r.calls+1
	return []byte(r.response), r.err
}

func newAPI(t testing.TB, opts gateway.Options) http.Handler {
	t.Helper()
	opts.AccountID, opts.APIID = "123456789012", "a1b2c3d4e5"
	opts.Now = func() time.Time { return moment }
	api, err := gateway.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// routed returns an API with the routes given as "GET /path"; each names itself as function.
func routed(t testing.TB, invoke gateway.Invoker, keys ...string) http.Handler {
	t.Helper()
	return newAPI(t, gateway.Options{Routes: routesOf(keys...), Invoke: invoke})
}

func routesOf(keys ...string) (routes []gateway.Route) {
	for _, key := range keys {
		method, path, _ := strings.Cut(key, " ")
		if key == "$default" {
			method, path = "ANY", key
		}
		routes = append(routes, gateway.Route{Method: method, Path: path, Function: key})
	}
	return routes
}

func do(api http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w.Result()
}

func body(t testing.TB, res *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// request reads a request from its text, whose lines end in \n, so that it has no more headers than the text.
func request(t testing.TB, text string) *http.Request {
	t.Helper()
	head, content, _ := strings.Cut(text, "\n\n")
	head = strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n")
	if content != "" {
		head += fmt.Sprintf("\r\nContent-Length: %d", len(content))
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\r\n\r\n" + content)))
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = "203.0.113.7:51234"
	return r
}

var (
	requestIDs = regexp.MustCompile(`"requestId": "[A-Za-z0-9_-]{15}="`)
	traceIDs   = regexp.MustCompile(`"Root=1-[0-9a-f]{8}-[0-9a-f]{24}"`)
)

// indented is an event as its golden file has it: random ids are checked for their form and replaced.
func indented(t testing.TB, payload []byte) string {
	t.Helper()
	var document bytes.Buffer
	if err := json.Indent(&document, payload, "", "  "); err != nil {
		t.Fatalf("the event is no JSON: %v\n%s", err, payload)
	}
	text := requestIDs.ReplaceAll(document.Bytes(), []byte(`"requestId": "REQUEST_ID"`))
	return string(traceIDs.ReplaceAll(text, []byte(`"TRACE_ID"`))) + "\n"
}
