package expr

import (
	"lyceum/local/dynamodb/internal/attr"
)

// KeyCondition restricts one key attribute.
type KeyCondition struct {
	Name   string
	Op     string // = < <= > >= BETWEEN begins_with
	Values []attr.Value
}

// Holds evaluates the condition on a value of the key attribute.
func (k KeyCondition) Holds(v attr.Value) bool {
	switch k.Op {
	case "BETWEEN":
		return compare(">=", v, k.Values[0]) && compare("<=", v, k.Values[1])
	case "begins_with":
		return beginsWith(v, k.Values[0])
	}
	return compare(k.Op, v, k.Values[0])
}

// KeyConditions parses a key condition expression: one or two conditions, joined by AND, each on an attribute of its own.
func (s *Scope) KeyConditions(src string) ([]KeyCondition, error) {
	c, err := s.Condition(KeyConditionExpression, src)
	if err != nil {
		return nil, err
	}
	conditions, err := keyConditions(c.root)
	if err != nil {
		return nil, err
	}
	for i, k := range conditions {
		for _, other := range conditions[:i] {
			if other.Name == k.Name {
				return nil, invalid("KeyConditionExpressions must only contain one condition per key")
			}
		}
	}
	return conditions, nil
}

func keyConditions(n node) ([]KeyCondition, error) {
	switch n := n.(type) {
	case group:
		return keyConditions(n.node)
	case and:
		left, err := keyConditions(n.left)
		if err != nil {
			return nil, err
		}
		right, err := keyConditions(n.right)
		return append(left, right...), err
	case comparison:
		if n.op != "<>" {
			return keyCondition(n.op, n.args)
		}
	case between:
		return keyCondition("BETWEEN", n.args)
	case *call:
		if n.name == "begins_with" {
			return keyCondition(n.name, n.args)
		}
	}
	return nil, invalid("Invalid operator used in KeyConditionExpression: %s", operator(n))
}

func operator(n node) string {
	switch n := n.(type) {
	case not:
		return "NOT"
	case or:
		return "OR"
	case in:
		return "IN"
	case comparison:
		return n.op
	case *call:
		return n.name
	}
	return ""
}

// mirrored turns :value op path around.
var mirrored = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func keyCondition(op string, args []operand) ([]KeyCondition, error) {
	if _, first := args[0].(literal); first && mirrored[op] != "" {
		op, args = mirrored[op], []operand{args[1], args[0]}
	}
	k := KeyCondition{Op: op}
	for i, arg := range args {
		switch arg := arg.(type) {
		case *call:
			return nil, invalid("KeyConditionExpressions cannot contain nested operations")
		case Path:
			if k.Name != "" {
				return nil, invalid("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
			}
			if len(arg) > 1 {
				return nil, invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: %s",
					arg.Root())
			}
			k.Name = arg.Root()
		case literal:
			if i == 0 {
				return nil, invalid("Invalid condition in KeyConditionExpression: No key attribute specified")
			}
			k.Values = append(k.Values, arg.v)
		}
	}
	if k.Name == "" || len(k.Values) != len(args)-1 {
		return nil, invalid("Invalid condition in KeyConditionExpression: No key attribute specified")
	}
	return []KeyCondition{k}, nil
}
