package main

import (
	"maps"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lyceum"

	"lyceum/local/localtest"
	"lyceum/local/stack"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

const name = "ops/no-route"

func TestD67APathWithOtherMethodsIs405(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for _, c := range []struct{ method, path, allow string }{
		{"GET", "/api/auth/register", "POST"}, {"DELETE", "/api/auth/login", "POST"}, {"POST", "/api/users/me", "DELETE, GET, PATCH, PUT"}, {"PUT", "/api/users/me/dashboard", "GET"},
		{"PATCH", "/api/users/me/dashboard", "GET"}, {"PUT", "/api/lessons", "GET, POST"}, {"POST", "/api/lessons/x", "DELETE, GET, PATCH, PUT"},
		{"GET", "/api/lessons/x/complete", "POST"}, {"PUT", "/api/uploads", "GET, POST"}, {"POST", "/api/uploads/x/content", "GET, HEAD"},
		{"HEAD", "/api/health", "GET"}, {"OPTIONS", "/api/health", "GET"}, {"TRACE", "/api/health", "GET"}, {"BREW", "/api/health", "GET"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			answer := api.Do(localtest.Request{Method: c.method, Path: c.path})
			if got := answer.Header.Get("Allow"); got != c.allow || answer.Status != http.StatusMethodNotAllowed {
				t.Errorf("got %d with Allow %q, want 405 with %s", answer.Status, got, c.allow)
			}
			if c.method != http.MethodHead { // HEAD has no body
				answer.Fails(t, http.StatusMethodNotAllowed, "route.method_not_allowed")
			}
		})
	}
	t.Run("Allow is sorted and names each method once", func(t *testing.T) {
		several := NoRoute{Routes: []Route{{"GET", "/a/{id}"}, {"PUT", "/a/{id}"}, {"DELETE", "/a/b"}, {"GET", "/a/b"}, {"POST", "/a"}}}
		api := stand.Serve(t, name, func(*platform.Env) httpapi.Handler { return httpapi.Query(several.Do) })
		if got := api.Post("/a/b", "", "").Header.Get("Allow"); got != "DELETE, GET, PUT" {
			t.Errorf("Allow: %s", got)
		}
	})
}

// AWS's page on CORS says that API Gateway answers preflights, and that $default receives OPTIONS.
func TestPreflightsGetTheSameAnswerUnderBothReadings(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	byGateway := stand.Serve(t, name, handler)
	stand.PreflightToDefault = true
	byFunction := stand.Serve(t, name, handler)
	for _, origin := range append(stand.Stack.API.CORS.AllowOrigins, "https://evil.example", "null") {
		for _, path := range []string{"/api/users/me", "/api/nothing", "/"} {
			ask := localtest.Request{Method: "OPTIONS", Path: path, Header: http.Header{
				"Origin": {origin}, "Access-Control-Request-Method": {"PATCH"}, "Access-Control-Request-Headers": {"authorization,content-type"},
			}}
			var answers []map[string]string
			for _, api := range []*localtest.API{byGateway, byFunction} {
				answer := api.Do(ask)
				got := map[string]string{"status": strconv.Itoa(answer.Status), "vary": answer.Header.Get("Vary")}
				for key := range answer.Header {
					if strings.HasPrefix(key, "Access-Control-") {
						got[key] = answer.Header.Get(key)
					}
				}
				answers = append(answers, got)
			}
			if !maps.Equal(answers[0], answers[1]) || answers[1]["status"] != "204" {
				t.Errorf("%s from %s: the gateway says %v, the function %v", path, origin, answers[0], answers[1])
			}
			allowed := slices.Contains(stand.Stack.API.CORS.AllowOrigins, origin)
			if got := answers[1]["Access-Control-Allow-Origin"]; allowed != (got == origin) || !allowed && got != "" {
				t.Errorf("%s: got the allowed origin %q", origin, got)
			}
		}
	}
}

func TestUnknownPathsAre404InTheErrorForm(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	stand.WantCalls(t, name, func() { api.Get("/", "").Fails(t, http.StatusNotFound, "route.not_found") })
	for _, path := range []string{
		"/api", "/api/", "/api/nothing", "/api/health/", "/API/health", "/api/users/me/", "/api/users/me/dashboard/x", "/api/lessons//complete",
		"/api/uploads//content", "/api/lessons/x/complete/", "/healthz", "/.env", "/api/lessons/x/y", "/" + strings.Repeat("a", 1000),
		"/$default", "/api/%2e%2e/health", "/%00",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
			answer := api.Do(localtest.Request{Method: method, Path: path})
			answer.Fails(t, http.StatusNotFound, "route.not_found")
			if len(path) > 100 && strings.Contains(string(answer.Body), path) {
				t.Errorf("the answer repeats the path")
			}
		}
	}
}

func TestD75EveryRouteHasAHandlerAndATest(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	known := readRoutes(lyceum.Template)
	parameter := regexp.MustCompile(`\{[^}]+\}`)
	routes := 0
	for _, f := range stand.Stack.Functions {
		folder := strings.TrimPrefix(stack.Package(f), "./functions/")
		main := read(t, folder+"/main.go")
		test := read(t, folder+"/"+strings.ReplaceAll(path.Base(folder), "-", "_")+"_test.go")
		if !strings.Contains(test, `"`+folder+`"`) || len(f.Routes) > 0 && !strings.Contains(test, "Serve(t, name, handler)") {
			t.Errorf("no test serves %s", folder)
		}
		if len(f.Routes) == 0 && len(f.Rules) == 0 {
			t.Errorf("nothing leads to %s", folder)
		}
		for _, r := range f.Routes {
			if r.Path == "$default" {
				continue
			}
			routes++
			if route := r.Method + " " + r.Path; !strings.Contains(main, `"`+route+`"`) || !slices.Contains(known, Route{r.Method, r.Path}) {
				t.Errorf("%s/main.go or readRoutes does not know %s", folder, route)
			}
			for _, text := range parameter.Split(r.Path, -1) {
				if !strings.Contains(test, text) {
					t.Errorf("the test of %s never asks for %s", folder, r.Path)
				}
			}
		}
	}
	if routes < 50 || len(known) != routes {
		t.Errorf("%d routes, of which readRoutes finds %d", routes, len(known))
	}
}

// read gives a file below functions/.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestD27EveryAnswerTellsTheLimit(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).TellsLimits(t, stand, localtest.Request{Method: http.MethodGet, Path: "/nowhere"})
}
