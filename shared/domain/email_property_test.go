package domain_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"lyceum/shared/domain"
)

// Of 20,000 random texts near to addresses, whatever is taken keeps the promises of ParseEmail.
func TestD61WhatIsTakenForAnAddressKeepsItsPromises(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 1))
	pieces := []string{"a", "B", "z9", ".", "..", "-", "_", "+", "@", "é", "E\u0301", "ß", "İ", "Σ", "я", "例", "xn--", " ", "\x00", "\r\n", "<", ">", "\"", "(", ")",
		"\\", "😀", "\u200b", "\u202e", "example.org", "@example.org", "@bücher.example", "@XN--BCHER-KVA.example", ".org", "[127.0.0.1]", strings.Repeat("l", 40)}
	taken := 0
	for range 20_000 {
		var b strings.Builder
		for range 1 + r.IntN(6) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		if r.IntN(2) == 0 {
			b.WriteString("@example.org")
		}
		text := b.String()
		email, err := domain.ParseEmail(text)
		if err != nil {
			if email != (domain.Email{}) {
				t.Errorf("ParseEmail(%q) refuses and returns %q", text, email)
			}
			continue
		}
		taken++
		s := email.String()
		local, host, _ := strings.Cut(s, "@")
		if len(s) > 254 || len(local) > 64 || strings.Count(s, "@") != 1 || !strings.Contains(host, ".") || strings.Contains(s, "..") {
			t.Errorf("ParseEmail(%q) = %q", text, s)
		}
		if strings.ContainsFunc(s, func(c rune) bool {
			return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || unicode.IsSpace(c) || unicode.IsUpper(c)
		}) ||
			strings.ContainsAny(s, `<>"()[],;:\`) {
			t.Errorf("ParseEmail(%q) = %q has what no address has", text, s)
		}
		for what, same := range map[string]string{"itself": s, "spaces around": " \t" + text + "\n", "itself in capitals": upperASCII(s)} {
			if again, err := domain.ParseEmail(same); err != nil || again != email {
				t.Errorf("%q as %s: %q is read as %q, %v", text, what, same, again, err)
			}
		}
	}
	if taken < 1000 {
		t.Errorf("only %d were taken: this shows little", taken)
	}
}

// upperASCII leaves letters alone whose capitals are other letters' too.
func upperASCII(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' {
			return c - 'a' + 'A'
		}
		return c
	}, s)
}
