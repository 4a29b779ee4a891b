package httpapi

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"lyceum/shared/domain/fault"
)

// MaxJSON is the most bytes a JSON body may have, unless the Body of In says otherwise by a method MaxBytes() int.
const MaxJSON = 64 << 10

// maxDepth bounds nesting: our bodies are flat.
const maxDepth = 16

// Faults of bodies.
var (
	ErrNotJSON      = fault.New(fault.Unsupported, "request.not_json", "The body must be JSON: Content-Type: application/json.")
	ErrJSONTooLarge = fault.New(fault.TooLarge, "request.too_large", "The body is larger than this route takes.")
	ErrEncoded      = fault.New(fault.Unsupported, "request.encoded", "The body must be sent as it is, without Content-Encoding such as gzip.")
	ErrNoBody       = fault.New(fault.Invalid, "request.body_missing", "A JSON body is needed.")
	ErrMalformed    = fault.New(fault.Invalid, "request.malformed", "The body is not well-formed JSON.")

	errRepeated     = fault.New(fault.Invalid, "field.repeated", "stands twice")
	errUnknownField = fault.New(fault.Invalid, "field.unknown", "is not known here")
)

// decodeJSON reads the body into target, a pointer to a struct, strictly: one JSON object, UTF-8, names exactly as documented, no unknown
// and no repeated names, nothing after it, at most MaxJSON bytes or those of MaxBytes, and maxDepth levels. The fault names the field.
func decodeJSON(r *Request, target any) error {
	r.Body = bytes.TrimPrefix(r.Body, []byte("\ufeff")) // some editors and spreadsheets begin UTF-8 so; RFC 8259 lets readers ignore it
	if media := mediaType(r); media != "application/json" && !(strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json")) {
		return ErrNotJSON
	}
	most := MaxJSON
	if large, ok := target.(interface{ MaxBytes() int }); ok {
		most = large.MaxBytes()
	}
	switch {
	case len(r.Body) > most:
		return ErrJSONTooLarge
	case len(bytes.TrimSpace(r.Body)) == 0:
		return ErrNoBody
	case !utf8.Valid(r.Body):
		return malformed("is not valid UTF-8")
	case depth(r.Body) > maxDepth:
		return malformed("is nested too deeply")
	case bytes.TrimSpace(r.Body)[0] != '{':
		return malformed("must be a JSON object")
	}
	return Strict(r.Body, target)
}

// Strict reads one JSON value into target, with no unknown and no repeated names. The fault names the field.
func Strict(body []byte, target any) error {
	err := json.Unmarshal(body, target, json.RejectUnknownMembers(true), json.WithUnmarshalers(json.UnmarshalFromFunc(wholeNumber)))
	if err == nil {
		return nil
	}
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return fault.InField(pointer(syntax.JSONPointer), errRepeated)
	case errors.As(err, &syntax):
		return ErrMalformed.Because(err)
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &semantic):
		return fault.InField(pointer(semantic.JSONPointer), errUnknownField)
	case errors.As(err, &semantic):
		return fault.InField(pointer(semantic.JSONPointer), expected(semantic))
	}
	return ErrMalformed.Because(err)
}

// wholeNumber reads an int however it is spelled: some languages write 80 as 80.0 or 8e1, which is
// the same number.
func wholeNumber(in *jsontext.Decoder, n *int) error {
	if in.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	value, err := in.ReadValue()
	if err != nil {
		return err
	}
	if *n, err = strconv.Atoi(string(value)); err == nil {
		return nil
	}
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return errNotInt
	}
	*n = int(f)
	return nil
}

func malformed(what string) error {
	f := *ErrMalformed
	f.Details = []fault.Detail{{Field: "body", Code: f.Code, Message: what}}
	return &f
}

// depth is the deepest nesting of objects and arrays, counted without trusting the document to be well-formed.
func depth(b []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case !inString && (c == '{' || c == '['):
			now++
			deepest = max(deepest, now)
		case !inString && (c == '}' || c == ']'):
			now--
		}
	}
	return deepest
}

// pointer is a JSON pointer (RFC 6901) as a field name: "/score" is score. It can hold what the client sent as a name, cut to 64 bytes.
func pointer(p jsontext.Pointer) string {
	name := strings.ReplaceAll(strings.TrimPrefix(string(p), "/"), "/", ".")
	if name == "" {
		return "body"
	}
	return strings.ToValidUTF8(name[:min(len(name), 64)], "")
}

// expected is the reason for a value of a wrong type. Its code names the type that is expected.
func expected(e *json.SemanticError) error {
	t := e.GoType
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return fault.New(fault.Invalid, "field.type", "has a wrong type")
	}
	switch t.Kind() {
	case reflect.String:
		return fault.New(fault.Invalid, "field.not_string", "must be a string")
	case reflect.Int:
		return errNotInt
	case reflect.Bool:
		return ErrNotBool
	}
	return fault.New(fault.Invalid, "field.type", "has a wrong type")
}
