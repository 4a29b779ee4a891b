package domain

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"lyceum/shared/domain/fault"
)

// MaxUsername is how many characters a name may have. The least is one: 李 is a name.
const MaxUsername = 64

// Username is the name others see. It is not unique: an account is found by its e-mail address.
type Username struct{ s string }

// Reasons why ParseUsername refuses a name, beside those of ParseLine.
var (
	ErrNameWithoutLetter = fault.New(fault.Invalid, "user.username_no_letter", "must have a letter, a digit or a symbol")
	ErrNameMarkup        = fault.New(fault.Invalid, "user.username_markup", "must not contain <, > or ://")
	ErrNameMixed         = fault.New(fault.Invalid, "user.username_mixed",
		"must not mix letters of Latin, Cyrillic and Greek that look alike in one word")
)

// ParseUsername takes a line (ParseLine) that names somebody: full-width letters become plain ones,
// and spaces inside are folded to one, as the Nickname profile of PRECIS does (RFC 8266). It
// refuses a word whose letters look alike and serve impersonation, and what others' pages and mail
// programs may take for markup or for a link.
func ParseUsername(text string) (Username, error) {
	name, err := ParseLine(width.Fold.String(text), MaxUsername, true)
	if err != nil {
		return Username{}, err
	}
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case strings.ContainsAny(name, "<>") || strings.Contains(name, "://"):
		return Username{}, ErrNameMarkup
	case !strings.ContainsFunc(name, names):
		return Username{}, ErrNameWithoutLetter
	}
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.In(r, unicode.Letter, unicode.Mark) }) {
		if mixesScripts(word) {
			return Username{}, ErrNameMixed
		}
	}
	return Username{name}, nil
}

// RestoreUsername is for stores.
func RestoreUsername(s string) Username { return Username{s} }

// String is the normal form.
func (u Username) String() string { return u.s }

// names reports whether r is more than punctuation. Characters that are newer than this program's
// tables are.
func names(r rune) bool {
	return !unicode.In(r, unicode.Punct, unicode.White_Space, unicode.Mark, unicode.Sm, unicode.Sc, unicode.Sk, unicode.Cf)
}

// lookalikes are the Cyrillic and the Greek letters that look like Latin ones.
const lookalikes = "асԁеһіјкорѕтухԛԝАВСЕНІЈКМОРЅТУХ" + "αικνορυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"

// mixesScripts reports whether a word looks as if it were of one script and is not. Akyerεko with a
// Greek ε is a name that people type.
func mixesScripts(word string) bool {
	seen := 0
	for _, script := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek} {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(script, r) }) {
			seen++
		}
	}
	return seen > 1 && strings.ContainsAny(word, lookalikes)
}
