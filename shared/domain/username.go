package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lyceum/shared/domain/fault"
)

// Username is the name others see. It is not unique: an account is found by its e-mail address.
type Username struct{ s string }

// ErrUsername is returned for text that breaks the rules of ParseUsername.
var ErrUsername = fault.New(fault.Invalid, "user.username_invalid",
	"must have 2 to 64 characters: letters or digits of one script and, after the first, single spaces and . _ - '")

// ParseUsername normalises to NFKC, trims, and folds inner spaces to one. It refuses control and invisible characters, symbols, and
// mixtures of Latin, Cyrillic and Greek letters, which look alike and serve impersonation (after the ideas of RFC 8264, PRECIS).
func ParseUsername(text string) (Username, error) {
	if len(text) > 1024 || !utf8.ValidString(text) {
		return Username{}, ErrUsername
	}
	for _, r := range text {
		if unicode.IsControl(r) {
			return Username{}, ErrUsername
		}
	}
	name := strings.Join(strings.Fields(norm.NFKC.String(text)), " ")
	if n := utf8.RuneCountInString(name); n < 2 || n > 64 {
		return Username{}, ErrUsername
	}
	letters := 0
	for _, r := range name {
		switch {
		case isInvisible(r):
			return Username{}, ErrUsername
		case unicode.In(r, unicode.Letter, unicode.Nd):
			letters++
		case letters == 0 || !unicode.Is(unicode.Mark, r) && !strings.ContainsRune(" ._-'", r):
			return Username{}, ErrUsername
		}
	}
	if letters < 2 || mixesScripts(name) {
		return Username{}, ErrUsername
	}
	return Username{name}, nil
}

// RestoreUsername is for stores.
func RestoreUsername(s string) Username { return Username{s} }

// String is the normal form.
func (u Username) String() string { return u.s }

// isInvisible tells letters and marks that show nothing, such as the Hangul fillers and variation selectors (Unicode's
// Default_Ignorable_Code_Point; its format characters are neither letter nor mark).
func isInvisible(r rune) bool {
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func mixesScripts(name string) bool {
	seen := 0
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek} {
		if strings.IndexFunc(name, func(r rune) bool { return unicode.Is(script, r) }) >= 0 {
			seen++
		}
	}
	return seen > 1
}
