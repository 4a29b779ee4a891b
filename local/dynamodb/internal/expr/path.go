package expr

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"lyceum/local/dynamodb/internal/attr"
)

// step is one element of a document path: an attribute name, or a list index if name is empty.
type step struct {
	name  string
	index int
}

// Path leads to an attribute, possibly inside maps and lists. Its first step is a name.
type Path []step

// Root is the name of the top-level attribute.
func (p Path) Root() string { return p[0].name }

// String is the form used in error texts: [a, b, [0]].
func (p Path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		if parts[i] = s.name; s.name == "" {
			parts[i] = "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// value returns what the path leads to, or nil.
func (p Path) value(item attr.Map) (attr.Value, error) { return p.get(item), nil }

func (p Path) get(item attr.Map) attr.Value {
	var v attr.Value = item
	for _, s := range p {
		v = child(v, s)
	}
	return v
}

func child(v attr.Value, s step) attr.Value {
	switch v := v.(type) {
	case attr.Map:
		if s.name != "" {
			return v[s.name]
		}
	case attr.List:
		if s.name == "" && s.index < len(v) {
			return v[s.index]
		}
	}
	return nil
}

const badUpdatePath = attr.Invalid("The document path provided in the update expression is invalid for update")

// replaced returns v with what the path leads to replaced, or removed if to is nil. Containers on the way are copied.
func replaced(v attr.Value, p Path, to attr.Value) (attr.Value, error) {
	if len(p) == 0 {
		return to, nil
	}
	if to != nil || len(p) > 1 {
		inner := child(v, p[0])
		if inner == nil && len(p) > 1 {
			return nil, badUpdatePath
		}
		var err error
		if to, err = replaced(inner, p[1:], to); err != nil {
			return nil, err
		}
	}
	switch v := v.(type) {
	case attr.Map:
		if p[0].name != "" {
			return withMember(v, p[0].name, to), nil
		}
	case attr.List:
		if p[0].name == "" {
			return withElement(v, p[0].index, to), nil
		}
	}
	return nil, badUpdatePath
}

func withMember(m attr.Map, name string, v attr.Value) attr.Map {
	m = maps.Clone(m)
	if v == nil {
		delete(m, name)
	} else {
		m[name] = v
	}
	return m
}

// withElement appends when the index is past the end.
func withElement(l attr.List, index int, v attr.Value) attr.List {
	l = slices.Clone(l)
	switch {
	case v == nil && index < len(l):
		return slices.Delete(l, index, index+1)
	case v == nil:
		return l
	case index < len(l):
		l[index] = v
		return l
	}
	return append(l, v)
}

func comparePaths(a, b Path) int {
	return slices.CompareFunc(a, b, func(s, t step) int {
		return cmp.Or(cmp.Compare(s.name, t.name), cmp.Compare(s.index, t.index))
	})
}

// disjoint refuses two paths of which one contains the other, or which treat one attribute as map and as list.
func disjoint(param string, paths []Path) error {
	for j, q := range paths {
		for _, p := range paths[:j] {
			n := min(len(p), len(q))
			same := 0
			for same < n && p[same] == q[same] {
				same++
			}
			relation := ""
			switch {
			case same == n:
				relation = "overlap"
			case (p[same].name == "") != (q[same].name == ""):
				relation = "conflict"
			default:
				continue
			}
			return invalid("Invalid %s: Two document paths %s with each other; must remove or rewrite one of these paths; "+
				"path one: %s, path two: %s", param, relation, p, q)
		}
	}
	return nil
}
