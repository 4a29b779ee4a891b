package expr

import "strings"

const wordBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// token is a word, a placeholder (#name, :value), a number or a punctuation mark; the last one of a source is empty.
type token struct {
	text       string
	start, end int // byte offsets in the source
}

func (t token) String() string {
	if t.text == "" {
		return "<EOF>"
	}
	return t.text
}

// word tells a bare identifier or keyword from other tokens. A name may hold an underscore but not begin with one.
func (t token) word() bool {
	return t.text != "" && t.text[0] != '_' && strings.IndexByte(wordBytes, t.text[0]) >= 0 && !t.number()
}

func (t token) number() bool { return t.text != "" && t.text[0] >= '0' && t.text[0] <= '9' }

// is compares with a keyword or mark, ignoring case.
func (t token) is(text string) bool { return strings.EqualFold(t.text, text) }

// scan splits src. An unknown byte becomes a token of its own, which no rule of the grammar accepts.
func scan(src string) []token {
	var tokens []token
	for i := 0; i < len(src); {
		if strings.IndexByte(" \t\r\n\f", src[i]) >= 0 {
			i++
			continue
		}
		n := tokenLength(src[i:])
		tokens = append(tokens, token{src[i : i+n], i, i + n})
		i += n
	}
	return append(tokens, token{"", len(src), len(src)})
}

func tokenLength(s string) int {
	n := 1
	switch {
	case s[0] >= '0' && s[0] <= '9':
		return len(s) - len(strings.TrimLeft(s, "0123456789"))
	case s[0] == '_':
		return 1
	case s[0] == '#' || s[0] == ':' || strings.IndexByte(wordBytes, s[0]) >= 0:
		for n < len(s) && strings.IndexByte(wordBytes, s[n]) >= 0 {
			n++
		}
	case strings.HasPrefix(s, "<=") || strings.HasPrefix(s, ">=") || strings.HasPrefix(s, "<>"):
		n = 2
	case s[0] >= 0x80: // keep a multi-byte character together
		for n < len(s) && s[n]&0xC0 == 0x80 {
			n++
		}
	}
	return n
}
