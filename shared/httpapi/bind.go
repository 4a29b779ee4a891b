package httpapi

import (
	"context"
	"encoding"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// Query binds a use case that reads: In is filled from path, query and caller, Out is answered with 200.
//
// Fields of In: `path:"id"` and `query:"limit"` take a string, an int, a *int (nil = not given) or
// an encoding.TextUnmarshaler; a field of type domain.Caller takes who calls, and makes the route
// need Authenticate; a field of type *Request takes the request itself, for what only HTTP knows;
// one of type IfMatch or IfNoneMatch takes that header. A path value that does not parse is 404
// (there can be no such thing); with the tag `or:"me"`, me is the caller's id. A query value that
// does not parse is 400, and so is a parameter that the route does not know: whoever sends it
// counts on what would not happen.
func Query[In, Out any](do func(context.Context, In) (Out, error)) Handler {
	return bind(http.StatusOK, do, func(*Request, *In) error { return nil })
}

// Command binds a use case that changes: as Query, and the field Body of In, a struct, is filled from a JSON body (see decodeJSON), so
// that a client reaches nothing else of In. Out is answered with status.
func Command[In, Out any](status int, do func(context.Context, In) (Out, error)) Handler {
	return bind(status, do, func(r *Request, in *In) error {
		return decodeJSON(r, reflect.ValueOf(in).Elem().FieldByName("Body").Addr().Interface())
	})
}

// Action binds a use case that changes something and needs no body: as Query, but Out is answered with status. A body is not read.
func Action[In, Out any](status int, do func(context.Context, In) (Out, error)) Handler {
	return bind(status, do, func(*Request, *In) error { return nil })
}

func bind[In, Out any](status int, do func(context.Context, In) (Out, error), body func(*Request, *In) error) Handler {
	return func(ctx context.Context, r *Request) (*Response, error) {
		var in In
		if encoding := r.header("content-encoding"); len(r.Body) > 0 && encoding != "" && !strings.EqualFold(encoding, "identity") {
			return nil, ErrEncoded
		}
		if err := body(r, &in); err != nil {
			return nil, err
		}
		if err := bindFields(ctx, r, reflect.ValueOf(&in).Elem()); err != nil {
			return nil, err
		}
		out, err := do(ctx, in)
		if err != nil {
			return nil, err
		}
		if conditional, ok := any(out).(interface{ respond(*Request) *Response }); ok {
			return conditional.respond(r), nil
		}
		return respond(status, out), nil
	}
}

func bindFields(ctx context.Context, r *Request, in reflect.Value) error {
	var bad fault.Details
	known := []string{}
	for i := range in.NumField() {
		field, tag := in.Field(i), in.Type().Field(i).Tag
		switch target := field.Addr().Interface().(type) {
		case *domain.Caller:
			caller, ok := ctx.Value(callerKey{}).(domain.Caller)
			if !ok {
				return fmt.Errorf("route %s needs a caller but is not wrapped in Authenticate", r.RouteKey)
			}
			*target = caller
			continue
		case **Request:
			*target = r
			continue
		case *IfMatch:
			*target = IfMatch{r.header("if-match")}
			continue
		case *IfNoneMatch:
			*target = IfNoneMatch{r.header("if-none-match")}
			continue
		}
		if name := tag.Get("path"); name != "" {
			if caller, ok := ctx.Value(callerKey{}).(domain.Caller); ok && r.PathParameters[name] == "me" && tag.Get("or") == "me" {
				if id, ok := field.Addr().Interface().(*domain.UserID); ok {
					*id = caller.UserID
					continue
				}
			}
			if err := setText(field, r.PathParameters[name]); err != nil {
				return domain.ErrNoSuchID
			}
		}
		if name := tag.Get("query"); name != "" {
			known = append(known, name)
			if text, given := r.QueryStringParameters[name]; given {
				bad.Add(name, setText(field, text))
			}
		}
	}
	if r.RouteKey != "$default" { // of which no parameter is known, nor the path
		for _, name := range slices.Sorted(maps.Keys(r.QueryStringParameters)) {
			if !slices.Contains(known, name) {
				bad.Add(strings.ToValidUTF8(name[:min(len(name), 64)], ""), errUnknownParameter)
			}
		}
	}
	return bad.Err()
}

// Reasons to refuse a value of another type than the field's.
var (
	errNotInt           = fault.New(fault.Invalid, "request.not_integer", "must be a whole number")
	errUnknownParameter = fault.New(fault.Invalid, "query.unknown", "is not a parameter of this route")
	ErrNotBool          = fault.New(fault.Invalid, "request.not_bool", "must be true or false")
)

func setText(field reflect.Value, text string) error {
	if u, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch field.Kind() {
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		return setText(field.Elem(), text)
	case reflect.String:
		field.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errNotInt
		}
		field.SetInt(int64(n))
	default:
		return fmt.Errorf("binding: a field of type %s cannot take text", field.Type())
	}
	return nil
}

// mediaType is the Content-Type without parameters, in lower case.
func mediaType(r *Request) string {
	value, _, _ := strings.Cut(r.header("content-type"), ";")
	return strings.ToLower(strings.TrimSpace(value))
}
