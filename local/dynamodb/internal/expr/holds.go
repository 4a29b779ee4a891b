package expr

import (
	"strings"

	"lyceum/local/dynamodb/internal/attr"
)

func (n not) holds(item attr.Map) (bool, error) {
	ok, err := n.of.holds(item)
	return !ok, err
}

func (n and) holds(item attr.Map) (bool, error) {
	if ok, err := n.left.holds(item); err != nil || !ok {
		return false, err
	}
	return n.right.holds(item)
}

func (n or) holds(item attr.Map) (bool, error) {
	if ok, err := n.left.holds(item); err != nil || ok {
		return ok, err
	}
	return n.right.holds(item)
}

// values computes operands. A condition's operands never fail: what cannot be computed is missing.
func values(item attr.Map, args []operand) ([]attr.Value, error) {
	vs := make([]attr.Value, len(args))
	for i, arg := range args {
		var err error
		if vs[i], err = arg.value(item); err != nil {
			return nil, err
		}
	}
	return vs, nil
}

func (n comparison) holds(item attr.Map) (bool, error) {
	vs, err := values(item, n.args)
	if err != nil {
		return false, err
	}
	return compare(n.op, vs[0], vs[1]), nil
}

// compare applies an operator. Nothing but <> holds for a missing operand or for two types.
func compare(op string, a, b attr.Value) bool {
	switch op {
	case "=":
		return a != nil && attr.Equal(a, b)
	case "<>":
		return a == nil || !attr.Equal(a, b)
	}
	order, ok := attr.Compare(a, b)
	switch op {
	case "<":
		return ok && order < 0
	case "<=":
		return ok && order <= 0
	case ">":
		return ok && order > 0
	}
	return ok && order >= 0
}

func (n between) holds(item attr.Map) (bool, error) {
	vs, err := values(item, n.args)
	return err == nil && compare(">=", vs[0], vs[1]) && compare("<=", vs[0], vs[2]), err
}

func (n in) holds(item attr.Map) (bool, error) {
	vs, err := values(item, n.args)
	if err != nil {
		return false, err
	}
	for _, v := range vs[1:] {
		if compare("=", vs[0], v) {
			return true, nil
		}
	}
	return false, nil
}

// holds computes the functions that are conditions.
func (c *call) holds(item attr.Map) (bool, error) {
	vs, err := values(item, c.args)
	if err != nil {
		return false, err
	}
	switch c.name {
	case "attribute_exists":
		return vs[0] != nil, nil
	case "attribute_not_exists":
		return vs[0] == nil, nil
	case "attribute_type":
		return vs[0] != nil && attr.String(vs[0].Type()) == vs[1], nil
	case "begins_with":
		return beginsWith(vs[0], vs[1]), nil
	}
	return contains(vs[0], vs[1]), nil
}

func beginsWith(v, prefix attr.Value) bool {
	switch v := v.(type) {
	case attr.String:
		p, ok := prefix.(attr.String)
		return ok && strings.HasPrefix(string(v), string(p))
	case attr.Binary:
		p, ok := prefix.(attr.Binary)
		return ok && strings.HasPrefix(string(v), string(p))
	}
	return false
}

func contains(v, part attr.Value) bool {
	switch v := v.(type) {
	case attr.String:
		p, ok := part.(attr.String)
		return ok && strings.Contains(string(v), string(p))
	case attr.Binary:
		p, ok := part.(attr.Binary)
		return ok && strings.Contains(string(v), string(p))
	case attr.Set:
		return v.Contains(part)
	case attr.List:
		for _, e := range v {
			if attr.Equal(e, part) {
				return true
			}
		}
	}
	return false
}
