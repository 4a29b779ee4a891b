// Package pattern matches JSON with event patterns, as the rules of an event bus and the filters of a pipe do ("Amazon EventBridge event
// patterns"). Of the comparisons it takes exact values, prefix, suffix and exists; any other is refused by name.
package pattern

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Pattern is an event pattern. The zero Pattern matches nothing.
type Pattern struct{ fields map[string]node }

// node is what a field must be: an object with such fields, or one of the values.
type node struct {
	fields map[string]node
	values []want
}

// want is one value of a pattern's list.
type want struct {
	exact any // when comparison is empty: text, a number, a boolean or null

	comparison string // prefix, suffix or exists
	text       string
	exists     bool
}

// Parse reads a pattern. Its error says what is not taken.
func Parse(text string) (Pattern, error) {
	v, err := decode([]byte(text))
	if err != nil {
		return Pattern{}, fmt.Errorf("the pattern is no JSON: %w", err)
	}
	object, ok := v.(map[string]any)
	if !ok || len(object) == 0 {
		return Pattern{}, errors.New("a pattern is an object with fields")
	}
	fields, err := parseFields(object)
	return Pattern{fields}, err
}

// decode keeps numbers as they are written: EventBridge compares their text, so that 300 is not 3.0e2.
func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something stands after it")
	}
	return v, nil
}

func parseFields(object map[string]any) (map[string]node, error) {
	fields := map[string]node{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		n, err := parseNode(object[name])
		if strings.HasPrefix(name, "$") {
			err = errors.New("is not supported by the local cloud")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		fields[name] = n
	}
	return fields, nil
}

func parseNode(v any) (n node, err error) {
	switch v := v.(type) {
	case map[string]any:
		n.fields, err = parseFields(v)
	case []any:
		for _, item := range v {
			w, err := parseWant(item)
			if err != nil {
				return n, err
			}
			n.values = append(n.values, w)
		}
	default:
		return n, errors.New("a pattern has lists and objects, not single values")
	}
	if err == nil && len(n.fields)+len(n.values) == 0 {
		err = errors.New("the list or object is empty")
	}
	return n, err
}

func parseWant(item any) (want, error) {
	switch v := item.(type) {
	case []any:
		return want{}, errors.New("a list stands within a list")
	case map[string]any:
		if text, ok := v["prefix"].(string); ok && len(v) == 1 {
			return want{comparison: "prefix", text: text}, nil
		}
		if text, ok := v["suffix"].(string); ok && len(v) == 1 {
			return want{comparison: "suffix", text: text}, nil
		}
		if exists, ok := v["exists"].(bool); ok && len(v) == 1 {
			return want{comparison: "exists", exists: exists}, nil
		}
		return want{}, fmt.Errorf("the comparison %v is not supported by the local cloud", slices.Sorted(maps.Keys(v)))
	}
	return want{exact: item}, nil
}

// Match tells whether the event, a JSON object, fits: every field of the pattern finds one of its values.
func (p Pattern) Match(event []byte) bool {
	v, err := decode(event)
	return err == nil && len(p.fields) > 0 && matchFields(p.fields, v)
}

func matchFields(fields map[string]node, v any) bool {
	object, _ := v.(map[string]any)
	for name, n := range fields {
		value, present := object[name]
		if n.fields != nil && !matchFields(n.fields, value) || n.fields == nil && !n.match(value, present) {
			return false
		}
	}
	return true
}

// match tries each item when the event has a list ("Arrays in event patterns").
func (n node) match(value any, present bool) bool {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	return slices.ContainsFunc(n.values, func(w want) bool {
		if w.comparison == "exists" {
			_, inner := value.(map[string]any) // it works on leaves alone
			return (present && !inner) == w.exists
		}
		return present && slices.ContainsFunc(items, w.match)
	})
}

func (w want) match(value any) bool {
	text, _ := value.(string)
	switch value.(type) {
	case map[string]any, []any:
		return false
	}
	switch w.comparison {
	case "prefix":
		return value == text && strings.HasPrefix(text, w.text)
	case "suffix":
		return value == text && strings.HasSuffix(text, w.text)
	}
	return value == w.exact
}

// Texts are the exact texts that the pattern takes for a field at its top, such as detail-type.
func (p Pattern) Texts(field string) (texts []string) {
	for _, w := range p.fields[field].values {
		if text, ok := w.exact.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}
