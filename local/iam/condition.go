package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// condition is one operator and key: the call's values of the key must fit.
type condition struct {
	key     string // in lower case, as IAM does not mind the case of keys
	all     bool   // ForAllValues: no value at all fits too
	fits    func(pattern, value string) bool
	allowed []string
}

const (
	leadingKeys     = "dynamodb:leadingkeys"
	prefix          = "s3:prefix"
	secureTransport = "aws:securetransport"
)

// newConditions refuses what it cannot judge exactly ("IAM JSON policy elements: Condition operators").
func newConditions(source map[string]map[string][]string) ([]condition, error) {
	var conditions []condition
	for _, operator := range slices.Sorted(maps.Keys(source)) {
		for _, key := range slices.Sorted(maps.Keys(source[operator])) {
			c := condition{key: strings.ToLower(key), allowed: source[operator][key]}
			if err := c.setOperator(operator); err != nil {
				return nil, err
			}
			switch {
			case c.key != leadingKeys && c.key != prefix && c.key != secureTransport:
				return nil, fmt.Errorf("the condition key %s is not supported by the local cloud", key)
			case (operator == "Bool") != (c.key == secureTransport):
				return nil, fmt.Errorf("the condition operator %s cannot be used with %s", operator, key)
			case c.key == leadingKeys && !c.all:
				return nil, fmt.Errorf("%s has many values: write ForAllValues:%s", key, operator)
			case slices.ContainsFunc(c.allowed, func(v string) bool { return strings.Contains(v, "${") }):
				return nil, fmt.Errorf("policy variables are not supported by the local cloud: %q", c.allowed)
			}
			conditions = append(conditions, c)
		}
	}
	return conditions, nil
}

func (c *condition) setOperator(operator string) error {
	plain, all := strings.CutPrefix(operator, "ForAllValues:")
	c.all = all
	switch plain {
	case "StringEquals":
		c.fits = func(pattern, value string) bool { return pattern == value }
	case "StringLike":
		c.fits = match
	case "Bool":
		c.fits = strings.EqualFold
	}
	if c.fits == nil || operator == "ForAllValues:Bool" {
		return fmt.Errorf("the condition operator %s is not supported by the local cloud", operator)
	}
	return nil
}

// holds tells whether the call meets the condition. Without ForAllValues a call that lacks the key does not.
func (c condition) holds(call Call) bool {
	values := call.values(c.key)
	for _, value := range values {
		if !slices.ContainsFunc(c.allowed, func(pattern string) bool { return c.fits(pattern, value) }) {
			return false
		}
	}
	return c.all || len(values) > 0
}

func (c Call) values(key string) []string {
	switch {
	case key == secureTransport:
		return []string{"true"}
	case key == leadingKeys:
		return c.LeadingKeys
	case key == prefix && (strings.EqualFold(c.Action, "s3:ListBucket") || strings.EqualFold(c.Action, "s3:ListBucketVersions")):
		return []string{c.Prefix}
	}
	return nil
}
