package domain_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

func TestUsernameIsKeptAsTyped(t *testing.T) {
	t.Parallel()
	for what, name := range map[string]string{
		"an apostrophe as phones type it": "O’Brien", "an apostrophe": "O'Brien", "an acute accent for an apostrophe": "O´Brien",
		"an okina": "Kahoʻolawe", "a dash": "Anne–Marie", "a hyphen": "Jean-Luc Picard Jr.", "one character": "李", "one letter": "Q",
		"a katakana middle dot": "ジョン・スミス", "a double hyphen of katakana": "ジョン゠スミス", "a middle dot": "Gal·la", "a middle dot of a transcribed name": "李·约翰",
		"a joiner of Persian": "علی\u200cرضا", "a joiner of Sinhala": "ක්\u200dෂේත්\u200dර", "a joiner of Bengali": "র\u200d্যাব",
		"a separator of Mongolian": "ᠮᠣᠩᠭᠣᠯ\u180eᠠ", "a rare form of a Chinese character": "葛\U000e0100城",
		"a joined emoji": "Ana 👩🏽\u200d🚀", "an emoji with its style": "❤\ufe0f Bo", "a flag that is spelled": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f Bo", "an emoji alone": "🦊",
		"a pronoun in brackets": "Ana (she/her)", "a nickname in quotes": `Robert "Bob" Smith`, "an at sign": "ana@work", "an ampersand": "Ana & Bo",
		"an underscore and digits": "ana_42", "digits alone": "12345", "64 letters of several bytes": strings.Repeat("я", 64),
		"a ligature": "ﬁona", "words of two scripts": "Анна Smith", "Japanese with Latin": "Ken 健", "Devanagari": "हिन्दी", "Arabic": "محمد علي",
		"a letter beyond the basic plane": "𠮷野", "three marks on a letter": "ậ\u0323\u0331", "a right-to-left mark beside a full stop": "דן\u200f.",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if got, err := domain.ParseUsername(name); err != nil || got.String() != norm.NFC.String(name) {
				t.Errorf("ParseUsername(%+q) = %+q, %v", name, got, err)
			}
		})
	}
}

func TestUsernameHasOneSpelling(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct{ in, want string }{
		"spaces around and doubled":           {"  Ana \u3000  María\n", "Ana María"},
		"an accent as a separate mark":        {"Le\u0301a", "Léa"},
		"full-width letters":                  {"Ａｎａ", "Ana"},
		"half-width katakana":                 {"ｼﾞｮﾝ･ｽﾐｽ", "ジョン・スミス"},
		"Hangul from its parts":               {"\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"},
		"a zero-width space":                  {"an\u200ba", "ana"},
		"a byte-order mark":                   {"\ufeffana", "ana"},
		"a soft hyphen":                       {"an\u00ada", "ana"},
		"a joiner that joins nothing":         {"an\u200da", "ana"},
		"a blank letter of Hangul":            {"an\u3164a", "ana"},
		"a direction mark at the beginning":   {"\u200eana", "ana"},
		"tags that belong to no flag":         {"a\U000e0062na", "ana"},
		"a second style of the same emoji":    {"❤\ufe0f\ufe0f", "❤\ufe0f"},
		"a joiner of graphemes before a mark": {"e\u034f\u0301", "é"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if got, err := domain.ParseUsername(test.in); err != nil || got.String() != test.want {
				t.Errorf("ParseUsername(%+q) = %+q, %v; want %+q", test.in, got, err, test.want)
			}
		})
	}
}

// D60: blanks were a name, there was no longest name, and letters that look alike could be mixed.
func TestD60HarmfulUsernamesAreRefusedWithTheirRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rule  *fault.Error
		names []string
	}{
		{domain.ErrTextBlank, []string{
			"", "  ", "\u3000\u3000", "\u200b", "\u200c\u200d", "\ufeff", "\u3164\u3164", "\u115f\u1160", "\u2800\u2800", "\u200e\u200f", "\u00ad", "\ufe0f", "\u2060 \u2060",
			"\U000e0041",
		}},
		{domain.ErrTextTooLong, []string{strings.Repeat("a", 65), strings.Repeat("я", 65), strings.Repeat("a", 1<<20), strings.Repeat("\u200b", 1<<20)}},
		{domain.ErrTextControl, []string{"an\x00a", "an\na", "an\r\na", "an\ta", "an\x1b[31ma", "an\u0085a", "an\x7fa", "an\u2028a", "an\u2029a"}},
		{domain.ErrTextDirection, []string{"an\u202ea", "\u202dana", "an\u202aa\u202c", "\u2066ana\u2069", "ana\u2067", "an\u2068a"}},
		{domain.ErrTextPrivate, []string{"ana\ue000", "\U000f0000", "\U0010fffd", "an\ufffea", "\ufdd0"}},
		{domain.ErrTextMarks, []string{"\u0301ana", " \u0301", "a" + strings.Repeat("\u0336", 9), "Z̸̢̧̨̛̘̘̝͍̗̣̗̦̺̈́a"}},
		{domain.ErrTextEncoding, []string{"an\xffa", "\xed\xa0\x80ana"}},
		{domain.ErrNameWithoutLetter, []string{"._-'", "...", "-", "·", "…", "!?"}},
		{domain.ErrNameMarkup, []string{"<b>ana</b>", "ana<", "＜script＞", "Win at http://example.org"}},
		{domain.ErrNameMixed, []string{"p\u0430ypal", "micr\u03bfsoft", "Αнна", "Ana Bob\u0430"}},
	} {
		for _, name := range test.names {
			got, err := domain.ParseUsername(name)
			if !errors.Is(err, test.rule) || got != (domain.Username{}) || fault.As(err).Kind != fault.Invalid {
				t.Errorf("ParseUsername(%.60q) = %q, %v; want %s", name, got, err, test.rule.Code)
			}
		}
	}
}

func TestRestoreUsername(t *testing.T) {
	t.Parallel()
	want, err := domain.ParseUsername("Ana María")
	if err != nil {
		t.Fatal(err)
	}
	if got := domain.RestoreUsername(want.String()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParseUsername(f *testing.F) {
	for _, text := range []string{"Ana María", "\u3164\u3164", "Ken 健", "a\u1680\u0301b", "ﷺ", "p\u0430ypal", "ﬁ", "علی\u200cرضا", "❤\ufe0f\u200d🔥", "\u180e", "e\u034f\u0301", "a\u200b\u0301"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := domain.ParseUsername(text)
		if err != nil {
			return
		}
		s := name.String()
		if n := utf8.RuneCountInString(s); n < 1 || n > 64 || !utf8.ValidString(s) || s != strings.TrimSpace(s) || strings.Contains(s, "  ") {
			t.Errorf("ParseUsername(%q) = %q", text, s)
		}
		if again, err := domain.ParseUsername(s); err != nil || again != name {
			t.Errorf("the normal form %q of %q is read as %q, %v", s, text, again, err)
		}
	})
}
