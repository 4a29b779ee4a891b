package attr

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

func number(t *testing.T, s string) Number {
	t.Helper()
	n, err := ParseNumber(s)
	if err != nil {
		t.Fatalf("ParseNumber(%q): %v", s, err)
	}
	return n
}

func TestNumbersHaveOneForm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "00012.500": "12.5", "1e3": "1000", "-1.50E-2": "-0.015", ".5": "0.5", "5.": "5", "+7": "7",
		strings.Repeat("9", 38): strings.Repeat("9", 38), "1e125": "1" + strings.Repeat("0", 125),
	} {
		if got := number(t, in).String(); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestNumbersOutsideTheLimitsAreRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", "x", " 5", "1e", "--1", "1e126", "1e-131", strings.Repeat("1", 39), "0x1", "1.2.3", "1e+-2"} {
		if n, err := ParseNumber(in); err == nil {
			t.Errorf("%q: got %s, want an error", in, n)
		}
	}
}

func TestSumsAreExactOrRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want string }{
		{"0.1", "0.2", "0.3"}, {"1", "-1", "0"}, {strings.Repeat("9", 38), "1", "1" + strings.Repeat("0", 38)},
		{strings.Repeat("9", 38), "0.1", ""}, {"9e125", "1e125", ""}, {"-5", "2", "-3"},
	} {
		sum, err := number(t, c.a).Add(number(t, c.b))
		if got := sum.String(); (err != nil) != (c.want == "") || err == nil && got != c.want {
			t.Errorf("%s + %s: got %s (%v), want %q", c.a, c.b, got, err, c.want)
		}
	}
}

func FuzzKeysOrderAsNumbers(f *testing.F) {
	f.Add("1", "10")
	f.Add("-1.5", "-1.49")
	f.Add("0", "-1e-130")
	f.Add("12e3", "1.2e4")
	f.Fuzz(func(t *testing.T, a, b string) {
		n, err1 := ParseNumber(a)
		m, err2 := ParseNumber(b)
		if err1 != nil || err2 != nil {
			return
		}
		if got, want := bytes.Compare(AppendKey(nil, n), AppendKey(nil, m)), n.Cmp(m); got != want {
			t.Errorf("%s and %s: stored order %d, want %d", n, m, got, want)
		}
		if again, err := ParseNumber(n.String()); err != nil || again != n {
			t.Errorf("%q: read back as %v (%v)", n.String(), again, err)
		}
	})
}

func FuzzKeysOrderAsStrings(f *testing.F) {
	f.Add("a", "a\x00")
	f.Add("", "\x00\xff")
	f.Add("a\x00b", "a\x00\x01")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := AppendKey(nil, String(a)), AppendKey(nil, String(b))
		if got, want := bytes.Compare(x, y), strings.Compare(a, b); got != want {
			t.Errorf("%q and %q: stored order %d, want %d", a, b, got, want)
		}
		if a != b && bytes.HasPrefix(x, y) {
			t.Errorf("the key of %q begins with the key of %q", a, b)
		}
		if got, want := bytes.HasPrefix(x, AppendKeyPrefix(nil, String(b))), strings.HasPrefix(a, b); want && !got {
			t.Errorf("the key of %q does not begin with the prefix of %q", a, b)
		}
	})
}

func FuzzItems(f *testing.F) {
	f.Add([]byte(`{"a":{"S":"x"},"n":{"N":"-1.5e3"},"b":{"B":"AAE="},"s":{"SS":["a","b"]},"l":{"L":[{"NULL":true},{"M":{"c":{"BOOL":false}}}]}}`))
	f.Add([]byte(`{"a":{"NS":["1","1.0"]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m Map
		if json.Unmarshal(data, &m) != nil || m == nil {
			return
		}
		stored, err := ParseItem(string(AppendItem(nil, m)))
		if err != nil || !Equal(stored, m) || stored.ItemSize() != m.ItemSize() {
			t.Fatalf("stored and read back: got %v (%v), want %v", stored, err, m)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again Map
		if err := json.Unmarshal(text, &again); err != nil || !Equal(again, m) {
			t.Fatalf("written and read back: got %s (%v), want %v", text, err, m)
		}
	})
}

func FuzzDamagedItems(f *testing.F) {
	f.Add(AppendItem(nil, Map{"a": List{String("x"), Set{TypeN, []Value{Int(1)}}}, "m": Map{"b": Bool(true)}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ParseItem(string(data)); err != nil && err != errStored {
			t.Errorf("got %v, want %v", err, errStored)
		}
	})
}

func TestADamagedItemIsToldFromAnItem(t *testing.T) {
	t.Parallel()
	good := AppendItem(nil, Map{"name": String("value"), "n": Int(5)})
	for n := range len(good) {
		if m, err := ParseItem(string(good[:n])); err == nil {
			t.Errorf("the first %d bytes of %d were read as %v", n, len(good), m)
		}
	}
}

func TestABrokenRuleIsKeptWithTheAttributeThatBreaksIt(t *testing.T) {
	t.Parallel()
	var in struct {
		Values Input
		After  string
	}
	err := json.Unmarshal([]byte(`{"Values":{":a":{"S":"x"},":b/c":{"L":[{"N":"x"}]},":d":{"S":"y"}},"After":"read"}`), &in)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[Invalid](in.Values.Err); !ok || in.Values.Name != ":b/c" || in.After != "read" {
		t.Errorf("got error %v of %q, then %q", in.Values.Err, in.Values.Name, in.After)
	}
}

func TestSizesAreThoseThatAreCharged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v    Value
		want int
	}{
		{String("äb"), 3}, {Binary("abc"), 3}, {Int(0), 1}, {Int(27), 2}, {Int(-27), 3}, {Int(461), 3}, {Bool(true), 1}, {Null{}, 1},
		{List{String("ab"), Null{}}, 3 + 3 + 2}, {Map{"k": String("v")}, 3 + 1 + 2}, {Set{TypeS, []Value{String("a"), String("bc")}}, 3},
	} {
		if got := Size(c.v); got != c.want {
			t.Errorf("%v: got %d, want %d", c.v, got, c.want)
		}
	}
}

func TestSetsAreEqualInAnyOrder(t *testing.T) {
	t.Parallel()
	a, b := Set{TypeN, []Value{Int(1), Int(2)}}, Set{TypeN, []Value{Int(2), Int(1)}}
	if !Equal(a, b) || Equal(a, Set{TypeN, []Value{Int(1), Int(3)}}) || Equal(a, List{Int(1), Int(2)}) {
		t.Error("sets are compared by order or type is ignored")
	}
	if names := (Map{"b": Null{}, "a": Null{}}).Names(); !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("got %v", names)
	}
}
