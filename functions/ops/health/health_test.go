package main

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

const (
	name = "ops/health"
	path = "/api/health"
)

func TestHealthAsksNoOtherService(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Intercept(localtest.Down())
	api := stand.Serve(t, name, handler)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path, "") })
	var got struct{ Status, Region, Version string }
	answer.Data(t, http.StatusOK, &got)
	if shape, want := answer.Shape(t), "{data:{region:text status:text version:text} success:bool}"; shape != want {
		t.Errorf("shape\n got %s\nwant %s", shape, want)
	}
	if got.Status != "ok" || got.Region != localtest.Region || got.Version != stand.Variable("APP_VERSION") || got.Version == "" {
		t.Errorf("got %+v", got)
	}
	api.Get(path, "nonsense").Data(t, http.StatusOK, &got) // a token is neither needed nor looked at
}

// answering serves health's route with a handler of the test's own.
func answering(t *testing.T, stand *localtest.Stand, h httpapi.Handler) *localtest.API {
	t.Helper()
	return stand.Serve(t, name, func(*platform.Env) httpapi.Handler { return h })
}

func TestD36ErrorsCarryCORSHeaders(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	listed := stand.Stack.API.CORS.AllowOrigins[0]
	for what, h := range map[string]httpapi.Handler{
		"a success":       handler(stand.Env(t, name)),
		"a missing token": func(context.Context, *httpapi.Request) (*httpapi.Response, error) { return nil, httpapi.ErrNoToken },
		"a broken store": func(context.Context, *httpapi.Request) (*httpapi.Response, error) {
			return nil, fault.New(fault.Unavailable, "x", "x")
		},
		"an unclassified error": func(context.Context, *httpapi.Request) (*httpapi.Response, error) { return nil, errors.New("secret") },
		"a panic":               func(context.Context, *httpapi.Request) (*httpapi.Response, error) { panic("secret") },
	} {
		t.Run(what+" is readable for a listed origin", func(t *testing.T) {
			answer := answering(t, stand, h).Do(localtest.Request{Method: http.MethodGet, Path: path, Header: http.Header{"Origin": {listed}}})
			if got := answer.Header.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != listed {
				t.Errorf("%d with Access-Control-Allow-Origin %q, want %s", answer.Status, got, listed)
			}
			if answer.Header.Get("Access-Control-Expose-Headers") == "" || answer.Header.Get("Vary") != "Origin" {
				t.Errorf("headers %v", answer.Header)
			}
		})
	}
}

func TestD35OriginsAreListed(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	listed := stand.Stack.API.CORS.AllowOrigins[0]
	for origin, want := range map[string]string{
		listed: listed, "https://evil.example": "", "null": "", listed + ".evil.example": "", "https" + listed[4:]: "", "": "",
	} {
		t.Run("from "+origin, func(t *testing.T) {
			preflight := http.Header{"Access-Control-Request-Method": {"POST"}, "Access-Control-Request-Headers": {"authorization"}}
			for method, header := range map[string]http.Header{http.MethodGet: {}, http.MethodOptions: preflight} {
				if origin != "" {
					header.Set("Origin", origin)
				}
				answer := api.Do(localtest.Request{Method: method, Path: path, Header: header})
				if got := answer.Header.Get("Access-Control-Allow-Origin"); got != want {
					t.Errorf("%s: Access-Control-Allow-Origin %q, want %q", method, got, want)
				}
				if answer.Header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("%s: credentials are allowed", method)
				}
			}
		})
	}
}

func TestD38ErrorsTellNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := answering(t, stand, func(context.Context, *httpapi.Request) (*httpapi.Response, error) { panic("secret-host and a stack") })
	answer := api.Get(path, "")
	if f := answer.Fails(t, http.StatusInternalServerError, "internal"); f.Error != "Something went wrong on our side." || f.Details != nil {
		t.Errorf("got %s", answer.Body)
	}
	if shape, want := answer.Shape(t), "{code:text error:text requestId:text success:bool}"; shape != want {
		t.Errorf("shape %s, want %s", shape, want)
	}
}

func TestD27EveryAnswerTellsTheLimit(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).TellsLimits(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}
