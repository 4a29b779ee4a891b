package domain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"

	"lyceum/shared/domain/fault"
)

// Reasons why ParseLine refuses a text. The sentence of ErrTextTooLong names the number.
var (
	ErrTextBlank     = fault.New(fault.Invalid, "text.blank", "must not be blank")
	ErrTextTooLong   = fault.New(fault.Invalid, "text.too_long", "is too long")
	ErrTextControl   = fault.New(fault.Invalid, "text.control", "must be one line without tabs and control characters")
	ErrTextDirection = fault.New(fault.Invalid, "text.direction", "must not contain characters that force the direction of the text around them")
	ErrTextPrivate   = fault.New(fault.Invalid, "text.private", "must not contain characters that have no meaning in Unicode")
	ErrTextMarks     = fault.New(fault.Invalid, "text.marks", "must have a character to carry each accent, and at most 8 accents on one")
	ErrTextEncoding  = fault.New(fault.Invalid, "text.encoding", "must be UTF-8")
)

// maxMarks is how many combining marks may stand on one character. Languages use up to five;
// hundreds cover the lines around.
const maxMarks = 8

// ParseLine is the rule for every line that a person types: names, titles, summaries. It returns
// the text in Unicode NFC, without spaces around it and without invisible characters that do
// nothing where they stand. Blank text is ErrTextBlank if it is required, else "". most is in
// characters (code points) of the result.
//
// It is the FreeformClass of RFC 8264 (PRECIS) with four changes, because that refuses or spoils
// what people type: NFC instead of NFKC, which takes O´Brien apart; joiners and variation selectors
// stay where a script or an emoji needs them; middle dots are ordinary characters; other invisible
// characters, which come with copied text, are dropped and not refused.
func ParseLine(text string, most int, required bool) (string, error) {
	switch {
	case len(text) > 32*most+1024: // no need to look at megabytes
		return "", tooLong(most)
	case !utf8.ValidString(text):
		return "", ErrTextEncoding
	}
	text = strings.TrimSpace(text)
	if err := checkRunes(text); err != nil {
		return "", err
	}
	line := strings.TrimSpace(norm.NFC.String(withoutInvisible(text)))
	switch visible, err := checkMarks(line); {
	case err != nil:
		return "", err
	case !visible && required:
		return "", ErrTextBlank
	case !visible:
		return "", nil
	case utf8.RuneCountInString(line) > most:
		return "", tooLong(most)
	}
	return line, nil
}

func tooLong(most int) error {
	f := *ErrTextTooLong
	f.Message = fmt.Sprintf("must have at most %d characters", most)
	return &f
}

// CleanLine is for names that a program sends for a person, such as those of files and devices: it
// leaves out what ParseLine refuses, and what is beyond most bytes. It may return "".
func CleanLine(text string, most int) string {
	line := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || checkRune(r) != nil {
			return -1
		}
		return r
	}, text)
	line = strings.TrimSpace(norm.NFC.String(withoutInvisible(line)))
	if visible, err := checkMarks(line); err == nil && !visible {
		return ""
	}
	return strings.TrimSpace(cutBytes(line, most)) // the cut may have bared a space
}

// cutBytes is the beginning of a text, at most so many bytes of whole characters.
func cutBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

func checkRunes(text string) error {
	for _, r := range text {
		if err := checkRune(r); err != nil {
			return err
		}
	}
	return nil
}

func checkRune(r rune) error {
	switch {
	case unicode.IsControl(r) || r == '\u2028' || r == '\u2029': // the line and the paragraph separator
		return ErrTextControl
	case forcesDirection(r):
		return ErrTextDirection
	case unicode.Is(unicode.Co, r) || unicode.Is(unicode.Noncharacter_Code_Point, r):
		return ErrTextPrivate
	}
	return nil
}

// forcesDirection reports whether r is an embedding, an override or an isolate (UAX #9). The marks
// U+200E, U+200F and U+061C are none: they act on the characters beside them alone, and
// right-to-left texts need them.
func forcesDirection(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r) && r != '\u200e' && r != '\u200f' && r != '\u061c'
}

// checkMarks reports whether the line shows anything. ErrTextMarks when a mark has nothing to stand
// on, or too many stand on one character.
func checkMarks(line string) (visible bool, err error) {
	marks := 0
	for _, r := range line {
		switch {
		case isInvisible(r):
		case !unicode.Is(unicode.Mark, r):
			marks, visible = 0, visible || !isBlank(r)
		case !visible || marks == maxMarks:
			return false, ErrTextMarks
		default:
			marks++
		}
	}
	return visible, nil
}

// isBlank reports whether r takes room and shows nothing: spaces, and the Braille pattern without
// dots.
func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

// isInvisible reports whether r has the property Default_Ignorable_Code_Point.
func isInvisible(r rune) bool {
	switch {
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return true
	case r >= '\ufff9' && r <= '\ufffb', r >= 0x13430 && r <= 0x1343f: // annotations and the joiners of hieroglyphs
		return false
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// withoutInvisible keeps of the invisible characters those that act on the character before them.
func withoutInvisible(text string) string {
	runes := []rune(text)
	kept := runes[:0]
	rightToLeft := strings.ContainsFunc(text, isRightToLeft)
	for _, r := range runes {
		mark := unicode.Is(unicode.Bidi_Control, r)
		if !isInvisible(r) || len(kept) > 0 && (mark && rightToLeft || !mark && acts(r, kept[len(kept)-1])) {
			kept = append(kept, r)
		}
	}
	return string(kept)
}

// isRightToLeft reports whether r is a letter of a script that is written from right to left.
func isRightToLeft(r rune) bool {
	properties, _ := bidi.LookupRune(r)
	return r >= 0x80 && !isInvisible(r) && (properties.Class() == bidi.R || properties.Class() == bidi.AL)
}

// acts reports whether an invisible character does something after the last one that was kept.
func acts(r, last rune) bool {
	switch {
	case r >= 0xe0020 && r <= 0xe007f: // the tags that spell a flag
		return last == '\U0001f3f4' || last >= 0xe0020 && last <= 0xe007e
	case r == '\u200d' && (isEmoji(last) || last == '\ufe0f'):
		return true
	case r == '\u200c' || r == '\u200d': // scripts whose letters join; to others the joiners do nothing
		return unicode.In(last, unicode.Letter, unicode.Mark) &&
			!unicode.In(last, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Han, unicode.Common)
	case r == '\u180e':
		return unicode.Is(unicode.Mongolian, last)
	case unicode.Is(unicode.Variation_Selector, r):
		return !isInvisible(last) && !isBlank(last)
	}
	return false
}

// isEmoji reports whether r may be a part of a joined emoji: a symbol or a colour of skin.
func isEmoji(r rune) bool {
	return unicode.Is(unicode.So, r) || r >= 0x1f3fb && r <= 0x1f3ff
}
