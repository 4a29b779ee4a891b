package httpapi_test

import (
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"testing"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

var b64url = base64.RawURLEncoding

func cursors(t testing.TB, key byte) *httpapi.Cursors {
	t.Helper()
	c, err := httpapi.NewCursors(b64url.EncodeToString([]byte(strings.Repeat(string(rune(key)), 32))))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewCursorsRefusesWeakKeys(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{
		"nothing": "", "31 bytes": b64url.EncodeToString(make([]byte, 31)), "32 letters, which are 24 bytes": strings.Repeat("a", 32), "no base64": strings.Repeat("!", 64),
	} {
		if c, err := httpapi.NewCursors(key); err == nil || c != nil {
			t.Errorf("%s: got %v, %v; want an error", name, c, err)
		} else if key != "" && strings.Contains(err.Error(), key) {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}

// D47: lists were read whole and their end was guessed.
func TestD47ACursorLeadsOnInItsOwnListAlone(t *testing.T) {
	t.Parallel()
	c := cursors(t, 'k')
	t.Run("a position comes back", func(t *testing.T) {
		t.Parallel()
		for _, position := range []string{"a", "T#go#2#000007#" + lessonID, "\x00\xff", strings.Repeat("x", 1000)} {
			cursor := c.Seal("list", position)
			if got, err := c.Open("list", cursor); err != nil || got != position {
				t.Errorf("%q came back as %q, %v", position, got, err)
			}
			if strings.Trim(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Errorf("the cursor %q cannot stand in a URL as it is", cursor)
			}
		}
	})
	t.Run("the start has no cursor, and the end none", func(t *testing.T) {
		t.Parallel()
		if got := c.Seal("list", ""); got != "" {
			t.Errorf("Seal of no position = %q, want none", got)
		}
		if got, err := c.Open("list", ""); err != nil || got != "" {
			t.Errorf("Open of no cursor = %q, %v; want the start", got, err)
		}
	})
	cursor := c.Seal("list", "position")
	refused := map[string]string{
		"a word":                     "abc",
		"a page number":              "2",
		"no base64":                  "!!!!",
		"the position itself":        b64url.EncodeToString([]byte("position")),
		"a signature alone":          cursor[:43],
		"zeros":                      b64url.EncodeToString(make([]byte, 40)),
		"a cursor cut by one":        cursor[:len(cursor)-1],
		"a cursor made longer":       cursor + "AA",
		"padding":                    cursor + "==",
		"bits behind the end":        c.Seal("list", "positio")[:51] + "1",
		"a line break":               cursor[:10] + "\n" + cursor[10:],
		"another list's":             c.Seal("list of Bob", "position"),
		"another key's":              cursors(t, 'l').Seal("list", "position"),
		"scope and position shifted": signatureOf(t, c.Seal("listp", "osition"), "position"),
		"the same the other way":     signatureOf(t, c.Seal("lis", "tposition"), "position"),
	}
	for name, text := range refused {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			if got, err := c.Open("list", text); !errors.Is(err, httpapi.ErrCursor) || got != "" {
				t.Errorf("Open(%q) = %q, %v; want ErrCursor", text, got, err)
			}
		})
	}
	t.Run("no bit can be changed", func(t *testing.T) {
		t.Parallel()
		raw, err := b64url.DecodeString(cursor)
		if err != nil {
			t.Fatal(err)
		}
		for i := range len(raw) * 8 {
			raw[i/8] ^= 1 << (i % 8)
			if got, err := c.Open("list", b64url.EncodeToString(raw)); err == nil {
				t.Fatalf("with bit %d changed it is %q", i, got)
			}
			raw[i/8] ^= 1 << (i % 8)
		}
	})
}

// signatureOf is a cursor of another position under a cursor's signature.
func signatureOf(t *testing.T, cursor, position string) string {
	t.Helper()
	raw, err := b64url.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	return b64url.EncodeToString(append(raw[:32], position...))
}

// D48: a page of 0, −1 or a billion was asked of the database.
func TestD48LimitsAre1To100(t *testing.T) {
	t.Parallel()
	c := cursors(t, 'k')
	n := func(i int) *int { return &i }
	for _, test := range []struct {
		limit *int
		want  int // 0 = refused
	}{{nil, 20}, {n(1), 1}, {n(20), 20}, {n(100), 100}, {n(0), 0}, {n(-1), 0}, {n(101), 0}, {n(1_000_000_000), 0}, {n(math.MaxInt), 0}, {n(math.MinInt), 0}} {
		got, err := c.Page("list", test.limit, "")
		if test.want == 0 {
			if f := fault.As(err); f.Kind != fault.Invalid || len(f.Details) != 1 || f.Details[0].Field != "limit" || f.Details[0].Message != "must be 1 to 100" {
				t.Errorf("limit %d: %+v, %v; want a refusal that names it", *test.limit, got, err)
			}
		} else if err != nil || got != (domain.Page{Limit: test.want}) {
			t.Errorf("got %+v, %v; want %d from the start", got, err, test.want)
		}
	}
	t.Run("limit and cursor are judged together", func(t *testing.T) {
		t.Parallel()
		_, err := c.Page("list", n(0), "x")
		if f := fault.As(err); len(f.Details) != 2 || f.Details[0].Field != "limit" || f.Details[1].Field != "cursor" {
			t.Errorf("got %v, want limit and cursor", f.Details)
		}
		if got, err := c.Page("list", n(7), c.Seal("list", "p")); err != nil || got != (domain.Page{Limit: 7, After: "p"}) {
			t.Errorf("got %+v, %v; want 7 after p", got, err)
		}
	})
	t.Run("words for limits do not reach it", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"x", "NaN", "1e9", "10; DROP TABLE", ""} {
			if got := ask(t, lessonID, map[string]string{"limit": text}); got.status != 400 || got.fields() != "limit" {
				t.Errorf("limit=%s: %d %s, want 400 for limit", text, got.status, got.body)
			}
		}
	})
}

func FuzzCursor(f *testing.F) {
	c, err := httpapi.NewCursors(b64url.EncodeToString([]byte(strings.Repeat("k", 32))))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("list", "position", "AAAA")
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, scope, position, cursor string) {
		if got, err := c.Open(scope, c.Seal(scope, position)); err != nil || got != position {
			t.Errorf("%q in %q came back as %q, %v", position, scope, got, err)
		}
		if got, err := c.Open(scope, cursor); err == nil && c.Seal(scope, got) != cursor {
			t.Errorf("%q is taken for a cursor of %q", cursor, scope)
		}
	})
}
