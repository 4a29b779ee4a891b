package iam

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// match tells whether text fits a pattern in which * stands for any characters, or none, and ? for exactly one. It takes
// time in proportion to the product of both lengths at most.
func match(pattern, text string) bool {
	p, t := 0, 0
	star, retry := -1, 0 // the last * and where its next attempt begins
	for t < len(text) {
		_, size := utf8.DecodeRuneInString(text[t:])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, t
			p++
		case p < len(pattern) && pattern[p] == '?':
			p++
			t += size
		case p < len(pattern) && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			_, size := utf8.DecodeRuneInString(text[retry:])
			retry += size
			p, t = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func wild(pattern string) bool { return strings.ContainsAny(pattern, "*?") }

// arn is an ARN, or a pattern of ARNs, in its six parts. A wildcard does not reach beyond its part; only the last part,
// the resource, may have colons ("IAM JSON policy elements: Resource").
type arn [6]string

func newARN(pattern string) (arn, error) {
	if pattern == "*" {
		return arn{"*", "*", "*", "*", "*", "*"}, nil
	}
	parts := splitARN(pattern)
	switch {
	case strings.Contains(pattern, "${"):
		return parts, fmt.Errorf("policy variables are not supported by the local cloud: %q", pattern)
	case parts[0] != "arn" || strings.Count(pattern, ":") < 5 || parts[5] == "":
		return parts, fmt.Errorf("the resource %q is neither \"*\" nor an ARN of six parts", pattern)
	}
	return parts, nil
}

func splitARN(text string) (parts arn) {
	copy(parts[:], strings.SplitN(text, ":", 6))
	return parts
}

func (a arn) covers(resource arn) bool {
	for i, pattern := range a {
		if !match(pattern, resource[i]) {
			return false
		}
	}
	return true
}
