package template

import (
	"regexp"
	"slices"
	"strings"
)

var (
	methods    = []string{"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	segment    = regexp.MustCompile(`^[^{}/?#\s]*$`)
	parameters = regexp.MustCompile(`^\{[a-zA-Z0-9._:-]+\+?\}$`)
)

// route reads an event of the type HttpApi.
func (l *loader) route(f *Function, o *object, line int) {
	o.oneOf("PayloadFormatVersion", "2.0")
	r := Route{Method: strings.ToUpper(o.required("Method")), Path: o.required("Path"), Line: line}
	if id := o.required("ApiId"); id != "" && (l.api == nil || id != l.physicalName(l.api).text) {
		l.failf(o.get("ApiId").line, "ApiId must refer to the template's %s", apiType)
	}
	if r.Method != "" && r.Path != "" {
		l.checkRoute(r)
		f.Routes = append(f.Routes, r)
	}
}

// checkRoute refuses what API Gateway does not take as a route ("Create routes for HTTP APIs").
func (l *loader) checkRoute(r Route) {
	key := r.Method + " " + r.Path
	switch {
	case !slices.Contains(methods, r.Method):
		l.failf(r.Line, "%s is not a method: write one of %s", r.Method, strings.Join(methods, ", "))
	case r.Path == "$default":
		if r.Method != "ANY" {
			l.failf(r.Line, "the route $default takes the method ANY")
		}
	case !strings.HasPrefix(r.Path, "/"):
		l.failf(r.Line, "the path %s must begin with / or be $default", r.Path)
	default:
		key = r.Method + " " + l.checkPath(r)
	}
	if first := l.routes[key]; first != 0 {
		l.failf(r.Line, "the route %s %s is taken by the event on line %d", r.Method, r.Path, first)
		return
	}
	l.routes[key] = r.Line
}

// checkPath returns the path without the names of its parameters: two routes that differ in these alone are one.
func (l *loader) checkPath(r Route) string {
	segments, seen := strings.Split(r.Path[1:], "/"), map[string]bool{}
	for i, s := range segments {
		greedy := strings.HasSuffix(s, "+}")
		name := strings.Trim(s, "{+}")
		switch {
		case segment.MatchString(s):
			continue
		case !parameters.MatchString(s):
			l.failf(r.Line, "the path %s has a segment that is neither plain nor {name}: %s", r.Path, s)
		case greedy && i < len(segments)-1:
			l.failf(r.Line, "the path %s goes on after %s, which takes all the rest", r.Path, s)
		case seen[name]:
			l.failf(r.Line, "the path %s has the parameter %s twice", r.Path, name)
		}
		seen[name] = true
		segments[i] = "{}"
		if greedy {
			segments[i] = "{+}"
		}
	}
	return "/" + strings.Join(segments, "/")
}
