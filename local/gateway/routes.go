package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	defaultPath = "$default"
	anyMethod   = "ANY"
)

var (
	methods   = []string{anyMethod, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
	literal   = regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*,;=:@-]+$`)
	parameter = regexp.MustCompile(`^\{([A-Za-z0-9._-]+)(\+?)\}$`)
)

// Kinds of segments, the more specific ones first.
const (
	literalSegment = iota
	parameterSegment
	greedySegment
)

type segment struct {
	kind int
	text string // of a literal, or a parameter's name
}

// route is a Route that was understood.
type route struct {
	key      string // as events name it: "GET /lessons/{id}"
	method   string
	segments []segment // none for $default
	function string
	timeout  time.Duration
}

func (r *route) isDefault() bool { return r.key == defaultPath }

func (r *route) isGreedy() bool {
	return len(r.segments) > 0 && r.segments[len(r.segments)-1].kind == greedySegment
}

// identity is equal for two routes that API Gateway takes for one: names of parameters do not tell routes apart.
func (r *route) identity() string {
	var id strings.Builder
	id.WriteString(r.method)
	for _, s := range r.segments {
		switch s.kind {
		case literalSegment:
			id.WriteString("/" + s.text)
		case parameterSegment:
			id.WriteString("/{}")
		case greedySegment:
			id.WriteString("/{+}")
		}
	}
	return id.String()
}

// parseRoutes returns the routes in the order in which they are tried.
func parseRoutes(given []Route) ([]route, error) {
	var routes []route
	var errs []error
	first := map[string]string{}
	for _, g := range given {
		parsed, err := parseRoute(g)
		if err != nil {
			errs = append(errs, fmt.Errorf("route %s %s: %w", g.Method, g.Path, err))
			continue
		}
		if other, taken := first[parsed.identity()]; taken {
			errs = append(errs, fmt.Errorf("route %s matches the same requests as %s", parsed.key, other))
			continue
		}
		first[parsed.identity()] = parsed.key
		routes = append(routes, parsed)
	}
	slices.SortFunc(routes, compare)
	return routes, errors.Join(errs...)
}

func parseRoute(g Route) (route, error) {
	r := route{key: g.Method + " " + g.Path, method: g.Method, function: g.Function, timeout: cmp.Or(g.Timeout, maxTimeout)}
	switch {
	case g.Function == "":
		return r, errors.New("it names no function")
	case r.timeout < minTimeout || r.timeout > maxTimeout:
		return r, fmt.Errorf("timeout %v is outside %v to %v", g.Timeout, minTimeout, maxTimeout)
	case g.Path == defaultPath:
		r.key, r.method = defaultPath, anyMethod
		return r, nil
	case !slices.Contains(methods, g.Method):
		return r, fmt.Errorf("method %q is none of %s", g.Method, strings.Join(methods, ", "))
	case !strings.HasPrefix(g.Path, "/"):
		return r, errors.New("the path begins with no slash")
	case g.Path == "/":
		r.segments = []segment{{literalSegment, ""}}
		return r, nil
	}
	var err error
	r.segments, err = parseSegments(strings.Split(g.Path[1:], "/"))
	return r, err
}

// parseSegments refuses an empty segment, and with it a trailing slash, which AWS refuses as well
// (github.com/storacha/w3infra/pull/166).
func parseSegments(texts []string) (segments []segment, err error) {
	names := map[string]bool{}
	for i, text := range texts {
		if literal.MatchString(text) {
			segments = append(segments, segment{literalSegment, text})
			continue
		}
		found := parameter.FindStringSubmatch(text)
		switch {
		case text == "":
			return nil, errors.New("the path has an empty segment")
		case found == nil:
			return nil, fmt.Errorf("segment %q is neither a literal, {name} nor {name+}", text)
		case found[2] == "+" && i < len(texts)-1:
			return nil, fmt.Errorf("%s is not the last segment", text)
		case names[found[1]]:
			return nil, fmt.Errorf("parameter %s occurs twice", found[1])
		}
		names[found[1]] = true
		kind := parameterSegment
		if found[2] == "+" {
			kind = greedySegment
		}
		segments = append(segments, segment{kind, found[1]})
	}
	return segments, nil
}
