package behaviour

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// mismatch compares an answer with what a case wants and says what differs, or "".
//
// Wanted is an error ("ValidationException: message"), JSON, or ! and the JSON body of an error. In a message and in a JSON
// string, * stands for any text, and the string "*" for any value. A member "...": "" permits members that are not named, and
// null is a member that must be missing. Sets, and the arrays named in unordered, have no order.
func mismatch(a answer, want string, unordered ...string) string {
	if body, ok := strings.CutPrefix(want, "!"); ok && a.fault != "" {
		a.fault, want = "", body
	}
	if !strings.HasPrefix(want, "{") {
		name, message, _ := strings.Cut(want, ": ")
		if !matches(name, a.fault) || a.status != 400 || message != "" && !matches(message, a.message) {
			return fmt.Sprintf("got  %v\nwant %s", a, shorten(want))
		}
		return ""
	}
	var pattern any
	if err := json.Unmarshal([]byte(want), &pattern); err != nil {
		return fmt.Sprintf("the case is no JSON: %v: %s", err, want)
	}
	if a.fault != "" {
		return fmt.Sprintf("got  %v\nwant %s", a, shorten(want))
	}
	if at := differs(pattern, a.body, "", unordered); at != "" {
		return fmt.Sprintf("%s\ngot  %v\nwant %s", at, a, shorten(want))
	}
	return ""
}

// differs returns where got does not match pattern, or "".
func differs(pattern, got any, at string, unordered []string) string {
	if pattern == "*" {
		return ""
	}
	switch pattern := pattern.(type) {
	case map[string]any:
		members, ok := got.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		_, open := pattern["..."]
		for name := range members {
			if _, ok := pattern[name]; !ok && !open {
				return at + "." + name + " is not wanted"
			}
		}
		for name, p := range pattern {
			m, ok := members[name]
			if name == "..." || p == nil && !ok {
				continue
			}
			if !ok {
				return at + "." + name + " is missing"
			}
			if d := differs(p, m, at+"."+name, unordered); d != "" {
				return d
			}
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(pattern) {
			return fmt.Sprintf("%s differs in length", at)
		}
		if name := at[strings.LastIndex(at, ".")+1:]; slices.Contains(unordered, name) || slices.Contains([]string{"SS", "NS", "BS"}, name) {
			pattern, list = sorted(pattern), sorted(list)
		}
		for i := range pattern {
			if d := differs(pattern[i], list[i], fmt.Sprintf("%s[%d]", at, i), unordered); d != "" {
				return d
			}
		}
		return ""
	case string:
		if text, ok := got.(string); ok && matches(pattern, text) {
			return ""
		}
	}
	if !reflect.DeepEqual(pattern, got) {
		return at + " differs"
	}
	return ""
}

// matches compares with a pattern in which * stands for any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	for i, part := range parts {
		at := strings.Index(text, part)
		if i == 0 && !strings.HasPrefix(text, part) || at < 0 {
			return false
		}
		if i == len(parts)-1 {
			return len(parts) == 1 && text == part || len(parts) > 1 && strings.HasSuffix(text, part)
		}
		text = text[at+len(part):]
	}
	return true
}

func sorted(list []any) []any {
	key := func(v any) string { text, _ := json.Marshal(v); return string(text) }
	return slices.SortedFunc(slices.Values(list), func(a, b any) int { return strings.Compare(key(a), key(b)) })
}
