package gateway_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/gateway"
)

func TestLimits(t *testing.T) {
	t.Parallel()
	const tenMB = 10 * 1024 * 1024
	head := len("GET ") + len(" ") + len("HTTP/1.1") + len("example.com") // a request line and host around the path
	upload := func(n int) *http.Request { return httptest.NewRequest("POST", "/a", bytes.NewReader(make([]byte, n))) }
	chunked := func(n int) *http.Request {
		r := upload(n)
		r.ContentLength = -1
		return r
	}
	headers := func(n int) *http.Request {
		r := httptest.NewRequest("GET", "/a", nil)
		r.Header.Set("X-A", strings.Repeat("a", n))
		return r
	}
	cookies := httptest.NewRequest("GET", "/a", nil)
	for range 1000 {
		cookies.Header.Add("Cookie", "name=value;")
	}
	tests := []struct {
		name    string
		request *http.Request
		status  int
	}{
		{"10 MB", upload(tenMB), 200},
		{"a byte over 10 MB", upload(tenMB + 1), 413},
		{"10 MB in chunks", chunked(tenMB), 200},
		{"a byte over 10 MB in chunks", chunked(tenMB + 1), 413},
		{"10,240 bytes of head", headers(10240 - head - len("/a")), 200},
		{"a byte over 10,240", headers(10240 - head - len("/a") + 1), 431},
		{"an URL of 10,240 bytes of head", httptest.NewRequest("GET", "/"+strings.Repeat("a", 10240-head-1), nil), 200},
		{"an URL a byte longer", httptest.NewRequest("GET", "/"+strings.Repeat("a", 10240-head), nil), 431},
		{"a thousand cookies", cookies, 431},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			fn := &recorder{response: `{"statusCode":200}`}
			res := do(routed(t, fn.invoke, "ANY /{p+}"), tt.request)
			if res.StatusCode != tt.status {
				t.Fatalf("got %d, want %d", res.StatusCode, tt.status)
			}
			if want := fmt.Sprintf(`{"message":%q}`, http.StatusText(tt.status)); tt.status != 200 && body(t, res) != want {
				t.Errorf("got another body than %s", want)
			}
			if asked := fn.calls > 0; asked != (tt.status == 200) {
				t.Errorf("the function was asked: %t", asked)
			}
		})
	}
}

func TestABodyThatBreaksOffIsNotPassedOn(t *testing.T) {
	t.Parallel()
	fn := &recorder{response: `{}`}
	r := httptest.NewRequest("POST", "/a", io.MultiReader(strings.NewReader("half"), brokenReader{}))
	if res := do(routed(t, fn.invoke, "POST /a"), r); res.StatusCode != 400 || fn.calls > 0 {
		t.Errorf("got %d after %d invocations, want 400 after none", res.StatusCode, fn.calls)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestIntegrationTimeout(t *testing.T) {
	t.Parallel()
	routes := []gateway.Route{{Method: "GET", Path: "/a", Function: "F", Timeout: 50 * time.Millisecond}}
	api := newAPI(t, gateway.Options{Routes: routes, Invoke: func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	res := do(api, httptest.NewRequest("GET", "/a", nil))
	if got := body(t, res); res.StatusCode != 503 || got != `{"message":"Service Unavailable"}` {
		t.Errorf("got %d %s, want 503", res.StatusCode, got)
	}
}

func TestAFunctionHas30Seconds(t *testing.T) {
	t.Parallel()
	var left time.Duration
	api := routed(t, func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
		deadline, _ := ctx.Deadline()
		left = time.Until(deadline)
		return []byte(`{}`), nil
	}, "GET /a")
	do(api, httptest.NewRequest("GET", "/a", nil))
	if left < 29*time.Second || left > 30*time.Second {
		t.Errorf("got %v, want 30 s", left)
	}
}

func TestAClientThatGoesAwayEndsTheWait(t *testing.T) {
	t.Parallel()
	invoked, ended := make(chan struct{}), make(chan error, 1)
	server := httptest.NewServer(routed(t, func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
		close(invoked)
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}, "POST /a"))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(conn, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
	<-invoked
	conn.Close()
	select {
	case err := <-ended:
		if err != context.Canceled {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	case <-time.After(10 * time.Second):
		t.Error("the invocation still waits")
	}
}

func TestAClientThatIsGoneGetsNoAnswer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	ctx, leave := context.WithCancel(context.Background())
	api := newAPI(t, gateway.Options{
		Routes: routesOf("GET /a"), Log: slog.New(slog.NewTextHandler(&log, nil)),
		Invoke: func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			leave()
			return nil, ctx.Err()
		},
	})
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/a", nil))
	if w.Body.Len() > 0 || len(w.Header()) > 0 || log.Len() > 0 {
		t.Errorf("got body %q, headers %v and log %q, want nothing", w.Body, w.Header(), log.String())
	}
}

func TestBadHTTPNeverEndsTheServer(t *testing.T) {
	t.Parallel()
	fn := &recorder{response: `{"statusCode":200}`}
	server := httptest.NewServer(routed(t, fn.invoke, "$default"))
	defer server.Close()
	for head, want := range map[string]int{
		"GET /%00 HTTP/1.1\r\nHost: a":                         200,
		"GET /%ff?%ff HTTP/1.1\r\nHost: a":                     200,
		"GET /\xff?\xff HTTP/1.1\r\nHost: a":                   200,
		"GET http://b/c HTTP/1.1\r\nHost: a":                   200,
		"GET //x HTTP/1.1\r\nHost: a":                          200,
		"BREW /pot HTTP/1.1\r\nHost: a":                        200,
		"CONNECT a:443 HTTP/1.1\r\nHost: a:443":                200,
		"GET /%zz HTTP/1.1\r\nHost: a":                         400,
		"GET / HTTP/1.1":                                       400,
		"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nope": 501,
	} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, head+"\r\nConnection: close\r\n\r\n")
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%q: %v", head, err)
		} else if res.StatusCode != want {
			t.Errorf("%q: got %d, want %d", head, res.StatusCode, want)
		}
		conn.Close()
	}
}

func TestRequestsDoNotMix(t *testing.T) {
	t.Parallel()
	api := newAPI(t, gateway.Options{Routes: routesOf("POST /a/{id}"), CORS: listed(), Invoke: func(_ context.Context, _ string, p []byte) ([]byte, error) {
		e := parseEvent(t, p)
		return fmt.Appendf(nil, `{"statusCode":200,"headers":{"x-id":%q},"body":%q}`, e.PathParameters["id"], decodedBody(t, e)), nil
	}})
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			want := fmt.Sprint(i)
			res := do(api, httptest.NewRequest("POST", "/a/"+want, strings.NewReader(want)))
			if got := body(t, res); got != want || res.Header.Get("X-Id") != want {
				t.Errorf("got %q with id %q, want %q", got, res.Header.Get("X-Id"), want)
			}
		})
	}
	all.Wait()
}
