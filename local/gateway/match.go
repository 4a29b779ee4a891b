package gateway

import (
	"cmp"
	"net/http"
	"strings"
)

// compare puts the route first that wins a request which both match: a full match before a greedy one before $default; then, from
// left to right, a literal segment before a parameter before a greedy one; then the exact method before ANY. There is no automatic
// HEAD or OPTIONS.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
// The page says that ANY stands for the methods not defined for a resource, so the path is compared before the method.
func compare(a, b route) int {
	if c := cmp.Compare(a.rank(), b.rank()); c != 0 {
		return c
	}
	if c := cmp.Compare(len(a.segments), len(b.segments)); c != 0 && !a.isGreedy() {
		return c // no request matches both; an order of all is needed nevertheless
	}
	for i := range min(len(a.segments), len(b.segments)) {
		if c := cmp.Compare(a.segments[i].kind, b.segments[i].kind); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.methodRank(), b.methodRank())
}

func (r *route) rank() int {
	switch {
	case r.isDefault():
		return 2
	case r.isGreedy():
		return 1
	}
	return 0
}

func (r *route) methodRank() int {
	if r.method == anyMethod {
		return 1
	}
	return 0
}

// found is a route with what its parameters matched.
type found struct {
	*route
	parameters map[string]string // nil when there are none
}

// find returns nil when no route matches.
func find(routes []route, method, path string) *found {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := range routes {
		r := &routes[i]
		if r.method != anyMethod && r.method != method {
			continue
		}
		if r.isDefault() {
			return &found{route: r}
		}
		if strings.HasPrefix(path, "/") && r.matches(segments) {
			return &found{route: r, parameters: r.parameters(segments)}
		}
	}
	return nil
}

// matches compares whole segments, so a trailing slash makes another path: deployed HTTP APIs answer 404 to it
// (github.com/storacha/w3infra/pull/166). Our choice: no parameter matches nothing, not even a greedy one.
func (r *route) matches(path []string) bool {
	if len(path) < len(r.segments) || len(path) > len(r.segments) && !r.isGreedy() {
		return false
	}
	for i, s := range r.segments {
		switch {
		case s.kind == literalSegment && path[i] != s.text,
			s.kind == parameterSegment && path[i] == "",
			s.kind == greedySegment && len(path) == i+1 && path[i] == "":
			return false
		}
	}
	return true
}

func (r *route) parameters(path []string) map[string]string {
	var values map[string]string
	for i, s := range r.segments {
		if s.kind == literalSegment {
			continue
		}
		if values == nil {
			values = map[string]string{}
		}
		values[s.text] = path[i]
		if s.kind == greedySegment {
			values[s.text] = strings.Join(path[i:], "/")
		}
	}
	return values
}

// requestPath is the path that routes are compared with and that events show: percent-decoded, as in the snapshots
// V2_SpecialCharactersInPath and V2_UnicodeCharactersInPath. An encoded slash therefore separates segments like any other: HTTP APIs
// cannot tell them apart (github.com/aws/aws-lambda-dotnet/pull/1901). Bytes that are not UTF-8 become U+FFFD.
func requestPath(r *http.Request) string {
	if r.URL.Path == "" {
		return "/" // an absolute-form target may leave it out
	}
	return validText(r.URL.Path)
}
