package template

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// loadParameters gives every parameter its value: an override, or its default.
func (l *loader) loadParameters(section *yaml.Node, line int) {
	if section != nil {
		line = section.Line
	}
	for key, node := range pairs(section) {
		problems := len(l.problems)
		v := l.parameter(key.Value, l.object(l.evalLiteral(node), "parameter "+key.Value))
		if len(l.problems) > problems {
			v.kind = broken
		}
		l.parameters[key.Value] = v
	}
	for _, name := range slices.Sorted(maps.Keys(l.options.Parameters)) {
		if _, ok := l.parameters[name]; !ok {
			l.failf(line, "the template has no parameter %s, for which a value was given", name)
		}
	}
}

func (l *loader) parameter(name string, o *object) value {
	o.pass("Description", "ConstraintDescription", "NoEcho")
	typeName, text := o.required("Type"), o.text("Default")
	override, given := l.options.Parameters[name]
	if given {
		text = override
	} else if o.v.get("Default").kind == absent && o.v.kind == mapping {
		l.failf(o.v.line, "the parameter %s has no default: give it a value, %s=...", name, name)
	}
	v := value{kind: scalar, line: o.v.line, text: text}
	switch typeName {
	case "String":
	case "Number":
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			l.failf(o.v.line, "the parameter %s takes a number, not %q", name, text)
		}
	case "CommaDelimitedList":
		var items []string
		if text != "" {
			items = strings.Split(text, ",")
		}
		for i := range items {
			items[i] = strings.TrimSpace(items[i])
		}
		v = l.texts(o.v.line, items)
	case "": // reported
	default:
		l.failf(o.v.line, "the parameter type %s is not supported by the local cloud", typeName)
	}
	l.checkParameter(name, v, o)
	o.done()
	return v
}

// checkParameter holds each text of the value to the parameter's constraints.
func (l *loader) checkParameter(name string, v value, o *object) {
	allowed, pattern := o.texts("AllowedValues"), o.text("AllowedPattern")
	whole, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		l.failf(o.v.get("AllowedPattern").line, "AllowedPattern is not a regular expression: %v", err)
		return
	}
	minLength, maxLength := o.number("MinLength"), o.number("MaxLength")
	minValue, maxValue := o.number("MinValue"), o.number("MaxValue")
	texts := v.items
	if v.kind == scalar {
		texts = []value{v}
	}
	for _, t := range texts {
		length := float64(utf8.RuneCountInString(t.text))
		number, _ := strconv.ParseFloat(t.text, 64)
		switch {
		case allowed != nil && !slices.Contains(allowed, t.text):
			l.failf(o.v.line, "the parameter %s takes %s, not %q", name, strings.Join(allowed, ", "), t.text)
		case pattern != "" && !whole.MatchString(t.text):
			l.failf(o.v.line, "the parameter %s takes what matches %s, not %q", name, pattern, t.text)
		case minLength != nil && length < *minLength, maxLength != nil && length > *maxLength:
			l.failf(o.v.line, "the parameter %s has a length of %v, outside MinLength and MaxLength", name, length)
		case minValue != nil && number < *minValue, maxValue != nil && number > *maxValue:
			l.failf(o.v.line, "the parameter %s is %s, outside MinValue and MaxValue", name, t.text)
		}
	}
}
