package main

import (
	"context"
	"slices"
	"strings"

	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ErrNoRoute is the answer for a path that no route has.
var ErrNoRoute = fault.New(fault.NotFound, "route.not_found", "There is nothing at this path.")

// NoRoute answers what no other route takes: 405 with Allow when the path exists for other methods, else 404.
type NoRoute struct{ Routes []Route }

// Route is a method and a path as template.yaml spells them.
type Route struct{ Method, Path string }

// In is the request.
type In struct{ Request *httpapi.Request }

// Do always fails.
func (n NoRoute) Do(_ context.Context, in In) (struct{}, error) {
	var methods []string
	for _, r := range n.Routes {
		if covers(r.Path, in.Request.RawPath) && !slices.Contains(methods, r.Method) {
			methods = append(methods, r.Method)
		}
	}
	if len(methods) == 0 {
		return struct{}{}, ErrNoRoute
	}
	slices.Sort(methods)
	return struct{}{}, httpapi.NotAllowed(methods)
}

// covers tells whether a path of the template, {name} standing for one segment, takes the path of a request.
func covers(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && (!strings.HasPrefix(want[i], "{") || got[i] == "") {
			return false
		}
	}
	return true
}
