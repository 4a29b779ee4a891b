package localtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/local/gateway"
	"lyceum/local/stack"
	"lyceum/local/template"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

// API is the HTTP API in front of one function.
type API struct {
	URL   string
	t     testing.TB
	meter *httpapi.Meter
}

// Serve puts the HTTP API before a function: handler is its main.go's, name its folder. The template's routes lead to it.
func (s *Stand) Serve(t testing.TB, name string, handler func(*platform.Env) httpapi.Handler) *API {
	t.Helper()
	return s.ServeEnv(t, name, s.Env(t, name), handler)
}

// ServeEnv is Serve with an environment that the test has changed, such as its clock.
func (s *Stand) ServeEnv(t testing.TB, name string, env *platform.Env, handler func(*platform.Env) httpapi.Handler) *API {
	t.Helper()
	f := s.function(t, name)
	meter := env.Meter()
	meter.Every.Store(math.MaxInt32) // which request asks the limits table must not depend on how many a test made before
	h := httpapi.BehindProxy(env.Lookup("PROXY_SECRET"), meter.Wrap(handler(env)))
	if err := env.Err(); err != nil {
		t.Fatalf("configuration: %v", err)
	}
	serve := httpapi.Serve(env.Log, h)
	url := s.front(t, f, func(ctx context.Context, _ string, payload []byte) ([]byte, error) {
		var event events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, f.Timeout)
		defer cancel()
		answer, err := serve(ctx, event)
		if err != nil {
			return nil, err
		}
		return json.Marshal(answer)
	})
	return &API{url, t, meter}
}

// front is the HTTP API before a function; it answers the URL.
func (s *Stand) front(t testing.TB, f template.Function, invoke gateway.Invoker) string {
	t.Helper()
	options := gateway.Options{
		Region: Region, AccountID: stack.AccountID, APIID: "api", Log: slog.New(slog.DiscardHandler), Invoke: invoke,
		PreflightToDefault: s.PreflightToDefault,
	}
	for _, r := range f.Routes {
		options.Routes = append(options.Routes, gateway.Route{Method: r.Method, Path: r.Path, Function: f.Name})
	}
	if cors := s.Stack.API.CORS; cors != nil {
		options.CORS = (*gateway.CORS)(cors)
	}
	front, err := gateway.New(options)
	must(t, err)
	server := httptest.NewServer(front)
	t.Cleanup(server.Close)
	return server.URL
}

// Unlimited lets a user send as many requests as the test needs, when it is not about limits.
func (a *API) Unlimited() {
	a.meter.User.Limit, a.meter.IP.Limit = 60_000, 60_000
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Request is what a test sends. Token becomes the Authorization header; a JSON body gets its content type unless Header says another.
type Request struct {
	Method, Path, Token string
	Body                string
	Header              http.Header
}

// Do sends a request and follows no redirect.
func (a *API) Do(r Request) Answer {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), r.Method, a.URL+r.Path, bytes.NewReader([]byte(r.Body)))
	if err != nil {
		a.t.Fatal(err)
	}
	if r.Body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.Token != "" {
		req.Header.Set("Authorization", "Bearer "+r.Token)
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return Answer{res.StatusCode, res.Header, body}
}

// Get reads a path with a token, "" for none.
func (a *API) Get(path, token string) Answer {
	a.t.Helper()
	return a.Do(Request{Method: http.MethodGet, Path: path, Token: token})
}

// Post sends JSON with a token, "" for none.
func (a *API) Post(path, token, body string) Answer {
	a.t.Helper()
	return a.Do(Request{Method: http.MethodPost, Path: path, Token: token, Body: body})
}
