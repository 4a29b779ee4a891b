package attr

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deep lists and maps may nest.
const MaxDepth = 32

// Invalid is the text of a ValidationException: the JSON had the right form but the value breaks a rule.
type Invalid string

func (e Invalid) Error() string { return string(e) }

// UnmarshalJSONFrom reads an item: {"name": {"S": "text"}, ...}. A broken rule is Invalid; any other error is one of form.
func (m *Map) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == 'n' {
		*m = nil
		return dec.SkipValue()
	}
	v, err := readMap(dec, 0)
	*m = v
	return err
}

// MarshalJSONTo writes an item in the form that UnmarshalJSONFrom reads.
func (m Map) MarshalJSONTo(enc *jsontext.Encoder) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, name := range m.Names() {
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := writeValue(enc, m[name]); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

// expect reads the next token and refuses another kind.
func expect(dec *jsontext.Decoder, kind jsontext.Kind) error {
	token, err := dec.ReadToken()
	if err == nil && token.Kind() != kind {
		err = fmt.Errorf("unexpected value %s at %s", token.Kind(), dec.StackPointer())
	}
	return err
}

func readString(dec *jsontext.Decoder) (string, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return "", err
	}
	if token.Kind() != '"' {
		return "", fmt.Errorf("%s at %s cannot be converted to String", token.Kind(), dec.StackPointer())
	}
	return token.String(), nil
}

func readBool(dec *jsontext.Decoder) (bool, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return false, err
	}
	if token.Kind() != 't' && token.Kind() != 'f' {
		return false, fmt.Errorf("%s at %s cannot be converted to Boolean", token.Kind(), dec.StackPointer())
	}
	return token.Bool(), nil
}

func readMap(dec *jsontext.Decoder, depth int) (Map, error) {
	if err := expect(dec, '{'); err != nil {
		return nil, err
	}
	m := Map{}
	for dec.PeekKind() != '}' {
		name, err := readString(dec)
		if err != nil {
			return nil, err
		}
		if m[name], err = readValue(dec, depth); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return m, err
}

func readList(dec *jsontext.Decoder, read func(*jsontext.Decoder) (Value, error)) (List, error) {
	if err := expect(dec, '['); err != nil {
		return nil, err
	}
	list := List{}
	for dec.PeekKind() != ']' {
		v, err := read(dec)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

func readValue(dec *jsontext.Decoder, depth int) (Value, error) {
	if depth > MaxDepth {
		return nil, Invalid("Nesting Levels have exceeded supported limits")
	}
	if err := expect(dec, '{'); err != nil {
		return nil, err
	}
	if dec.PeekKind() == '}' {
		return nil, Invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	}
	descriptor, err := readString(dec)
	if err != nil {
		return nil, err
	}
	v, err := readTyped(dec, Type(descriptor), depth)
	if err != nil {
		return nil, err
	}
	if dec.PeekKind() != '}' {
		return nil, Invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	_, err = dec.ReadToken()
	return v, err
}

func readTyped(dec *jsontext.Decoder, t Type, depth int) (Value, error) {
	switch t {
	case TypeS, TypeN, TypeB:
		return readScalar(dec, t)
	case TypeSS, TypeNS, TypeBS:
		return readSet(dec, t[:1])
	case TypeBOOL:
		b, err := readBool(dec)
		return Bool(b), err
	case TypeNULL:
		b, err := readBool(dec)
		if err == nil && !b {
			err = Invalid("One or more parameter values were invalid: Null attribute value types must have the value of true")
		}
		return Null{}, err
	case TypeL:
		return readList(dec, func(dec *jsontext.Decoder) (Value, error) { return readValue(dec, depth+1) })
	case TypeM:
		return readMap(dec, depth+1)
	}
	return nil, fmt.Errorf("unknown attribute type %q", string(t))
}

func readScalar(dec *jsontext.Decoder, t Type) (Value, error) {
	s, err := readString(dec)
	if err != nil {
		return nil, err
	}
	switch t {
	case TypeN:
		return ParseNumber(s)
	case TypeB:
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return nil, fmt.Errorf("invalid base64 in a binary value")
		}
		return Binary(raw), nil
	}
	return String(s), nil
}

func readSet(dec *jsontext.Decoder, elem Type) (Value, error) {
	members, err := readList(dec, func(dec *jsontext.Decoder) (Value, error) { return readScalar(dec, elem) })
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		kind := map[Type]string{TypeS: "An string set", TypeN: "An number set", TypeB: "Binary sets"}[elem]
		if elem == TypeB {
			return nil, Invalid("One or more parameter values were invalid: " + kind + " should not be empty")
		}
		return nil, Invalid("One or more parameter values were invalid: " + kind + "  may not be empty")
	}
	seen := make(map[Value]bool, len(members))
	for _, m := range members {
		if seen[m] {
			return nil, duplicates(elem, members)
		}
		seen[m] = true
	}
	return Set{Elem: elem, Members: members}, nil
}

func duplicates(elem Type, members List) error {
	if elem == TypeN {
		return Invalid("Input collection contains duplicates")
	}
	texts := make([]string, len(members))
	for i, m := range members {
		texts[i] = scalarText(m)
	}
	text := fmt.Sprintf("One or more parameter values were invalid: Input collection [%s]", strings.Join(texts, ", "))
	if elem == TypeB {
		text += "of type BS"
	}
	return Invalid(text + " contains duplicates.")
}

func scalarText(v Value) string {
	switch v := v.(type) {
	case String:
		return string(v)
	case Number:
		return v.String()
	case Binary:
		return base64.StdEncoding.EncodeToString([]byte(v))
	}
	return ""
}

func writeValue(enc *jsontext.Encoder, v Value) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	if err := enc.WriteToken(jsontext.String(string(v.Type()))); err != nil {
		return err
	}
	if err := writeContent(enc, v); err != nil {
		return err
	}
	return enc.WriteToken(jsontext.EndObject)
}

func writeContent(enc *jsontext.Encoder, v Value) error {
	switch v := v.(type) {
	case Bool:
		return enc.WriteToken(jsontext.Bool(bool(v)))
	case Null:
		return enc.WriteToken(jsontext.True)
	case Map:
		return v.MarshalJSONTo(enc)
	case List:
		return writeArray(enc, v, writeValue)
	case Set:
		return writeArray(enc, v.Members, writeContent)
	}
	return enc.WriteToken(jsontext.String(scalarText(v)))
}

func writeArray(enc *jsontext.Encoder, list []Value, write func(*jsontext.Encoder, Value) error) error {
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, v := range list {
		if err := write(enc, v); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndArray)
}
