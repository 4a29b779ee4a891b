package expr

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"lyceum/local/dynamodb/internal/attr"
)

func item(t testing.TB, text string) attr.Map {
	t.Helper()
	var m attr.Map
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

const sample = `{"s":{"S":"hello"},"n":{"N":"5"},"l":{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]},"m":{"M":{"a":{"M":{"b":{"S":"x"}}}}},"ss":{"SS":["a","b"]}}`

const substitutes = `{":n":{"N":"5"},":x":{"S":"x"},":h":{"S":"he"},":zero":{"N":"0"},":ss":{"SS":["b","c"]},":l":{"L":[{"N":"4"}]},":t":{"S":"L"}}`

func scope(t testing.TB) *Scope {
	t.Helper()
	s, err := NewScope(map[string]string{"#n": "n", "#name": "name"}, item(t, substitutes))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]bool{
		"n = :n":                             true,
		"#n <> :n":                           false,
		"n BETWEEN :zero AND :n":             true,
		"n IN (:zero, :x)":                   false,
		"absent <> :n":                       true,
		"absent = :n":                        false,
		"s < :n":                             false,
		"begins_with(s, :h)":                 true,
		"contains(ss, :x)":                   false,
		"contains(l, :n)":                    false,
		"attribute_type(l, :t)":              true,
		"size(s) = :n":                       true,
		"m.a.b = :x AND l[2] > l[1]":         true,
		"NOT n = :zero OR s = :x":            true,
		"NOT (n = :n OR s = :x)":             false,
		"n = :zero AND n = :zero OR n = :n":  true,
		"attribute_not_exists(m.a.c)":        true,
		"attribute_exists(l[3])":             false,
		"attribute_exists(#name) OR n = :n ": true,
	} {
		c, err := scope(t).Condition(ConditionExpression, src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got, err := c.Holds(item(t, sample)); err != nil || got != want {
			t.Errorf("%s: got %v (%v), want %v", src, got, err, want)
		}
	}
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"SET n = n + :n":                         `{"n":{"N":"10"}}`,
		"SET n = s, s = n":                       `{"n":{"S":"hello"},"s":{"N":"5"}}`,
		"SET l[9] = :x, l[7] = :n REMOVE l[0]":   `{"l":{"L":[{"N":"2"},{"N":"3"},{"N":"5"},{"S":"x"}]}}`,
		"REMOVE l[0], l[1]":                      `{"l":{"L":[{"N":"3"}]}}`,
		"REMOVE l[5] SET l[8] = :x":              `{"l":{"L":[{"N":"1"},{"N":"2"},{"N":"3"},{"S":"x"}]}}`,
		"SET l = list_append(:l, l)":             `{"l":{"L":[{"N":"4"},{"N":"1"},{"N":"2"},{"N":"3"}]}}`,
		"SET m.a.c = if_not_exists(m.a.c, :n)":   `{"m":{"M":{"a":{"M":{"b":{"S":"x"},"c":{"N":"5"}}}}}}`,
		"ADD ss :ss, total1 :n":                  `{"ss":{"SS":["a","b","c"]},"total1":{"N":"5"}}`,
		"DELETE ss :ss":                          `{"ss":{"SS":["a"]}}`,
		"SET n = (n - :n)":                       `{"n":{"N":"0"}}`,
		"SET #name = if_not_exists(zz, :n) + :n": `{"name":{"N":"10"}}`,
	} {
		u, err := scope(t).Update(src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		before := item(t, sample)
		after, err := u.Apply(before)
		for name, v := range item(t, want) {
			if err != nil || !attr.Equal(after[name], v) {
				t.Errorf("%s: got %s = %v (%v), want %v", src, name, after[name], err, v)
			}
		}
		if !attr.Equal(before, item(t, sample)) {
			t.Errorf("%s: changed the item it was given", src)
		}
	}
}

func TestUpdatesThatDoNotFitTheItem(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]attr.Invalid{
		"SET n = zz":             errNoAttribute,
		"SET n = s + :n":         errOperandType,
		"ADD s :n":               errOperandType,
		"SET zz.a = :n":          badUpdatePath,
		"REMOVE zz.a":            badUpdatePath,
		"REMOVE n[0]":            badUpdatePath,
		"SET m[0] = :n":          badUpdatePath,
		"SET l.a = :n":           badUpdatePath,
		"SET n=list_append(l,n)": errOperandType,
	} {
		u, err := scope(t).Update(src)
		if err == nil {
			_, err = u.Apply(item(t, sample))
		}
		if err != want {
			t.Errorf("%s: got %v, want %v", src, err, want)
		}
	}
}

func TestExpressionsThatAreRefused(t *testing.T) {
	t.Parallel()
	condition := func(src string) error { _, err := scope(t).Condition(ConditionExpression, src); return err }
	update := func(src string) error { _, err := scope(t).Update(src); return err }
	projection := func(src string) error { _, err := scope(t).Projection(src); return err }
	key := func(src string) error { _, err := scope(t).KeyConditions(src); return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{condition("name = :n"), "Attribute name is a reserved keyword; reserved keyword: name"},
		{condition("name = "), `Syntax error; token: "<EOF>", near: "= "`},
		{condition("((n = :n))"), "redundant parentheses"},
		{condition("n = :nope"), "attribute value: :nope"},
		{condition("size(n)"), "not allowed to be used this way"},
		{condition(strings.Repeat("NOT ", 1000) + "n=:n"), "too many operators"},
		{condition(strings.Repeat("(", 2000) + "n"), "too many operators"},
		{update("SET n = :n, n.a = :n"), "overlap"},
		{update("SET m.a = :n, m[0] = :n"), "conflict"},
		{update("SET n = :n SET s = :n"), "can only be used once"},
		{update("SET n = n + n + n"), `token: "+"`},
		{update("ADD n :x"), "ALLOWED_FOR_ADD_OPERAND"},
		{update("SET n = if_not_exists(s, s)"), "must be distinct"},
		{projection("a, b, a"), "overlap"},
		{projection("a."), "Syntax error"},
		{projection("size(a)"), `Syntax error; token: "("`},
		{key("n = :n OR s = :x"), "Invalid operator used in KeyConditionExpression: OR"},
		{key("n = :n AND n = :n"), "one condition per key"},
		{key("m.a = :n"), "must be scalars"},
		{key("n = s"), "Multiple attribute names"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got %v, want %q", c.err, c.want)
		}
	}
}

// FuzzExpressions wants every text to be parsed or refused with a text of its own, and what is parsed to be evaluated.
func FuzzExpressions(f *testing.F) {
	for _, src := range []string{
		"n = :n AND NOT (begins_with(s, :h) OR size(l) < :n)", "SET l[1] = list_append(l, :l), n = n - :n REMOVE m.a.b ADD ss :ss",
		"m.a.b, l[0]", "#n BETWEEN :zero AND :n", "((", "a[", "#", ":", "\xff", "SET", "a IN (", "SET a = (((",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		told := func(err error) {
			if _, ok := err.(attr.Invalid); err != nil && !ok {
				t.Errorf("%q: got %T %v, want attr.Invalid", src, err, err)
			}
		}
		on := item(t, sample)
		c, err := scope(t).Condition(FilterExpression, src)
		if told(err); err == nil {
			_, err = c.Holds(on)
			told(err)
		}
		_, err = scope(t).KeyConditions(src)
		told(err)
		p, err := scope(t).Projection(src)
		if told(err); err == nil {
			p.Apply(on)
		}
		u, err := scope(t).Update(src)
		if told(err); err == nil {
			_, err = u.Apply(on)
			told(err)
		}
		if !attr.Equal(on, item(t, sample)) {
			t.Errorf("%q: the item was changed", src)
		}
	})
}
