// Package expr is DynamoDB's expression language: condition, key condition, filter, projection and update expressions,
// parsed once per request and evaluated against items.
//
// Every error is an attr.Invalid with the text that DynamoDB gives in its ValidationException.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lyceum/local/dynamodb/internal/attr"
)

// The parameters that hold an expression, as error texts name them.
const (
	ConditionExpression    = "ConditionExpression"
	FilterExpression       = "FilterExpression"
	KeyConditionExpression = "KeyConditionExpression"
	ProjectionExpression   = "ProjectionExpression"
	UpdateExpression       = "UpdateExpression"
)

// Limits of an expression.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxBytes     = 4096
	maxOperators = 300
	maxOperands  = 100 // of IN
)

// Scope holds the substitution names and values that the expressions of one request share.
type Scope struct {
	names      map[string]string
	values     attr.Map
	usedNames  map[string]bool
	usedValues map[string]bool
}

// NewScope checks the form of the placeholders. A nil map means the parameter was absent.
func NewScope(names map[string]string, values attr.Map) (*Scope, error) {
	if names != nil && len(names) == 0 {
		return nil, attr.Invalid("ExpressionAttributeNames must not be empty")
	}
	if values != nil && len(values) == 0 {
		return nil, attr.Invalid("ExpressionAttributeValues must not be empty")
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !placeholder(name, '#') {
			return nil, invalid("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", name)
		}
		if names[name] == "" {
			return nil, attr.Invalid("ExpressionAttributeNames contains invalid value: Empty attribute name; key: " + name)
		}
	}
	for _, name := range values.Names() {
		if !placeholder(name, ':') {
			return nil, invalid("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", name)
		}
	}
	return &Scope{names: names, values: values, usedNames: map[string]bool{}, usedValues: map[string]bool{}}, nil
}

func placeholder(s string, mark byte) bool {
	return len(s) > 1 && len(s) <= 255 && s[0] == mark && strings.Trim(s[1:], wordBytes) == ""
}

// Unused refuses placeholders that no expression parsed so far has referred to.
func (s *Scope) Unused() error {
	var unused []string
	for name := range s.values {
		if !s.usedValues[name] {
			unused = append(unused, name)
		}
	}
	if unused != nil {
		slices.Sort(unused)
		return invalid("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", strings.Join(unused, ", "))
	}
	for name := range s.names {
		if !s.usedNames[name] {
			unused = append(unused, name)
		}
	}
	if unused != nil {
		slices.Sort(unused)
		return invalid("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", strings.Join(unused, ", "))
	}
	return nil
}

func invalid(format string, args ...any) error { return attr.Invalid(fmt.Sprintf(format, args...)) }
