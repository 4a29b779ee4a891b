// Package attr holds DynamoDB attribute values: their ten types, JSON form, comparison, size in bytes and the
// order-preserving form used as a storage key.
//
// Values are immutable once made: whoever changes a List, Map or Set copies it first.
package attr

import (
	"cmp"
	"slices"
	"strings"
)

// Type is the data type descriptor of the wire protocol.
type Type string

// The ten attribute types.
const (
	TypeS    Type = "S"
	TypeN    Type = "N"
	TypeB    Type = "B"
	TypeSS   Type = "SS"
	TypeNS   Type = "NS"
	TypeBS   Type = "BS"
	TypeM    Type = "M"
	TypeL    Type = "L"
	TypeBOOL Type = "BOOL"
	TypeNULL Type = "NULL"
)

// Value is one attribute value: String, Number, Binary, Set, Map, List, Bool or Null.
type Value interface{ Type() Type }

// The value types besides Number. Binary holds raw bytes. A Map is also a whole item.
type (
	String string
	Binary string
	Bool   bool
	Null   struct{}
	List   []Value
	Map    map[string]Value
	// Set is a non-empty set of scalars of one type, in the order given.
	Set struct {
		Elem    Type // TypeS, TypeN or TypeB
		Members []Value
	}
)

func (String) Type() Type { return TypeS }
func (Number) Type() Type { return TypeN }
func (Binary) Type() Type { return TypeB }
func (Bool) Type() Type   { return TypeBOOL }
func (Null) Type() Type   { return TypeNULL }
func (List) Type() Type   { return TypeL }
func (Map) Type() Type    { return TypeM }
func (s Set) Type() Type  { return s.Elem + "S" }

// Contains tells whether v is a member.
func (s Set) Contains(v Value) bool {
	return v != nil && v.Type() == s.Elem && slices.Contains(s.Members, v)
}

// Equal compares by value: numbers by magnitude, sets without order. A nil value equals only nil.
func Equal(a, b Value) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a := a.(type) {
	case Set:
		members := b.(Set).Members
		return len(a.Members) == len(members) && !slices.ContainsFunc(members, func(m Value) bool { return !a.Contains(m) })
	case List:
		return slices.EqualFunc(a, b.(List), Equal)
	case Map:
		other := b.(Map)
		if len(a) != len(other) {
			return false
		}
		for name, v := range a {
			if w, ok := other[name]; !ok || !Equal(v, w) {
				return false
			}
		}
		return true
	}
	return a == b
}

// Compare orders two values of one scalar type: strings and binaries by unsigned bytes, numbers by magnitude.
// It reports false for anything else.
func Compare(a, b Value) (int, bool) {
	switch a := a.(type) {
	case String:
		if b, ok := b.(String); ok {
			return strings.Compare(string(a), string(b)), true
		}
	case Binary:
		if b, ok := b.(Binary); ok {
			return strings.Compare(string(a), string(b)), true
		}
	case Number:
		if b, ok := b.(Number); ok {
			return a.Cmp(b), true
		}
	}
	return 0, false
}

// Size is the number of bytes a value is charged for.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func Size(v Value) int {
	switch v := v.(type) {
	case String:
		return len(v)
	case Binary:
		return len(v)
	case Number:
		return v.size()
	case Set:
		n := 0
		for _, m := range v.Members {
			n += Size(m)
		}
		return n
	case List:
		n := 3
		for _, e := range v {
			n += 1 + Size(e)
		}
		return n
	case Map:
		return 3 + len(v) + v.ItemSize()
	}
	return 1
}

// ItemSize is the size of a whole item: every attribute name and value, without overhead.
func (m Map) ItemSize() int {
	n := 0
	for name, v := range m {
		n += len(name) + Size(v)
	}
	return n
}

// Names returns the attribute names in order.
func (m Map) Names() []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names
}

// Depth is how deep lists and maps nest inside the item.
func (m Map) Depth() int {
	deepest := 0
	for _, v := range m {
		deepest = max(deepest, depth(v))
	}
	return deepest
}

func depth(v Value) int {
	switch v := v.(type) {
	case Map:
		return 1 + v.Depth()
	case List:
		deepest := 0
		for _, e := range v {
			deepest = max(deepest, depth(e))
		}
		return 1 + deepest
	}
	return 0
}
