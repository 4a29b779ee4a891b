package template

import (
	"slices"
	"strconv"
	"strings"
)

// object reads a mapping property by property and in the end refuses those that nobody asked for.
type object struct {
	l    *loader
	v    value
	what string // for messages
	read map[string]bool
}

func (l *loader) object(v value, what string) *object {
	if v.kind == scalar || v.kind == list {
		l.failf(v.line, "%s must be a mapping", what)
		v.kind = broken
	}
	return &object{l, v, what, map[string]bool{}}
}

func (o *object) get(name string) value {
	o.read[name] = true
	return o.v.get(name)
}

// pass names properties that nothing here depends on.
func (o *object) pass(names ...string) {
	for _, name := range names {
		o.read[name] = true
	}
}

// done refuses the properties that nobody read.
func (o *object) done() {
	for _, f := range o.v.fields {
		if !o.read[f.name] {
			o.l.failf(f.line, "%s of %s is not supported by the local cloud", f.name, o.what)
		}
	}
}

// text returns a property's text, empty when it is absent.
func (o *object) text(name string) string {
	return o.l.plainText(o.get(name), name+" of "+o.what)
}

func (l *loader) plainText(v value, what string) string {
	if v.kind == list || v.kind == mapping {
		l.failf(v.line, "%s must be text", what)
	}
	return v.text
}

// required is text that must be there.
func (o *object) required(name string) string {
	v := o.get(name)
	if o.v.kind == mapping && (v.kind == absent || v.kind == scalar && v.text == "") {
		o.l.failf(v.line, "%s has no %s", o.what, name)
	}
	return o.text(name)
}

// oneOf is text from a list; the first is what an absent property means, empty when it means nothing.
func (o *object) oneOf(name string, allowed ...string) string {
	v, text := o.get(name), o.text(name)
	if v.kind == absent {
		return allowed[0]
	}
	if v.kind == scalar && !slices.Contains(allowed, text) {
		o.l.failf(v.line, "%s of %s must be %s here, not %q", name, o.what, strings.TrimPrefix(strings.Join(allowed, " or "), " or "), text)
	}
	return text
}

// integer returns a whole number within bounds.
func (o *object) integer(name string, missing, least, most int) int {
	v, text := o.get(name), o.text(name)
	if v.kind != scalar {
		return missing
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		o.l.failf(v.line, "%s of %s must be a whole number from %d to %d, not %q", name, o.what, least, most, text)
	}
	return n
}

// number returns a number, nil when it is absent.
func (o *object) number(name string) *float64 {
	v, text := o.get(name), o.text(name)
	if v.kind != scalar {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		o.l.failf(v.line, "%s of %s must be a number, not %q", name, o.what, text)
	}
	return &n
}

func (o *object) boolean(name string) bool {
	v, text := o.get(name), o.text(name)
	if v.kind == scalar && text != "true" && text != "false" {
		o.l.failf(v.line, "%s of %s must be true or false, not %q", name, o.what, text)
	}
	return text == "true"
}

// list returns a property's items.
func (o *object) list(name string) []value {
	v := o.get(name)
	if v.kind == scalar || v.kind == mapping {
		o.l.failf(v.line, "%s of %s must be a list", name, o.what)
	}
	return v.items
}

// objects returns a property's items as mappings.
func (o *object) objects(name string) []*object {
	var objects []*object
	for _, item := range o.list(name) {
		objects = append(objects, o.l.object(item, name))
	}
	return objects
}

// texts returns a list of texts, nil when it is absent.
func (o *object) texts(name string) []string {
	return o.l.plainTexts(o.list(name), name+" of "+o.what)
}

// textOrTexts is a list of texts that may be written without brackets when it has one item.
func (o *object) textOrTexts(name string) []string {
	if v := o.get(name); v.kind == scalar {
		return []string{v.text}
	}
	return o.texts(name)
}

func (l *loader) plainTexts(items []value, what string) []string {
	var texts []string
	for _, item := range items {
		if item.kind == list || item.kind == mapping {
			l.failf(item.line, "%s must be a list of texts", what)
		}
		texts = append(texts, item.text)
	}
	return texts
}

// child reads a mapping within; an absent one has no properties.
func (o *object) child(name string) *object { return o.l.object(o.get(name), name) }
