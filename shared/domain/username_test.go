package domain_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"lyceum/shared/domain"
)

// D60: blanks were a name, there was no longest name, and letters that look alike could be mixed.
func TestD60UsernameAccepts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ in, want string }{
		"two letters":                       {"Al", "Al"},
		"64 letters":                        {strings.Repeat("a", 64), strings.Repeat("a", 64)},
		"64 letters of several bytes":       {strings.Repeat("я", 64), strings.Repeat("я", 64)},
		"a first and a last name":           {"Ana María", "Ana María"},
		"spaces around and doubled":         {"  Ana \u3000  María ", "Ana María"},
		"an accent as a separate mark":      {"Le\u0301a", "Léa"},
		"full-width letters as plain ones":  {"Ａｎａ", "Ana"},
		"a ligature as its letters":         {"ﬁona", "fiona"},
		"an apostrophe, a hyphen and a dot": {"Jean-Luc O'Neill Jr.", "Jean-Luc O'Neill Jr."},
		"an underscore and digits":          {"ana_42", "ana_42"},
		"digits alone":                      {"12345", "12345"},
		"Cyrillic":                          {"Анна Иванова", "Анна Иванова"},
		"Greek":                             {"Ελένη", "Ελένη"},
		"Chinese":                           {"王伟", "王伟"},
		"Japanese with Latin":               {"Ken 健", "Ken 健"},
		"Devanagari with its vowel signs":   {"हिन्दी", "हिन्दी"},
		"Arabic":                            {"محمد علي", "محمد علي"},
		"a letter beyond the basic plane":   {"𠮷野", "𠮷野"},
		"Hangul from its parts":             {"\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"},
	}
	for name, test := range tests {
		t.Run(name+" is accepted", func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseUsername(test.in)
			if err != nil || got.String() != test.want {
				t.Errorf("ParseUsername(%q) = %q, %v; want %q", test.in, got, err, test.want)
			}
		})
	}
}

func TestD60UsernameRefuses(t *testing.T) {
	t.Parallel()
	bad := map[string]string{
		"empty":                                  "",
		"two spaces":                             "  ",
		"two ideographic spaces":                 "\u3000\u3000",
		"one letter":                             "a",
		"one letter between spaces":              " a ",
		"one character of two UTF-16 units":      "𠮷",
		"65 letters":                             strings.Repeat("a", 65),
		"65 letters after normalisation":         strings.Repeat("a", 63) + "ﬁ",
		"a megabyte":                             strings.Repeat("a", 1<<20),
		"one letter and dots":                    "a...",
		"signs alone":                            "._-'",
		"a dot first":                            ".ana",
		"a mark first":                           "\u0301ana",
		"Latin with a Cyrillic а":                "p\u0430ypal",
		"Latin with a Greek ο":                   "micr\u03bfsoft",
		"Greek with Cyrillic":                    "Αнна",
		"NUL":                                    "an\x00a",
		"a line break":                           "an\na",
		"a tab":                                  "an\ta",
		"an escape":                              "an\x1b[31ma",
		"a C1 control":                           "an\u0085a",
		"a zero-width space":                     "an\u200ba",
		"a zero-width joiner":                    "an\u200da",
		"a byte-order mark":                      "\ufeffana",
		"a soft hyphen":                          "an\u00ada",
		"a right-to-left override":               "an\u202ea",
		"blank Hangul letters":                   "\u3164\u3164",
		"blank Hangul letters of the other kind": "\u115f\u1160",
		"a letter with a variation selector":     "an\ufe0fa",
		"a combining joiner":                     "an\u034fa",
		"a blank Braille pattern":                "\u2800\u2800",
		"markup":                                 "<b>ana</b>",
		"a quote":                                `ana "x"`,
		"a slash":                                "ana/x",
		"an at sign":                             "ana@x",
		"an emoji":                               "ana😀",
		"a private-use character":                "ana\ue000",
		"broken UTF-8":                           "an\xffa",
	}
	for name, text := range bad {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseUsername(text)
			if !errors.Is(err, domain.ErrUsername) || got != (domain.Username{}) {
				t.Errorf("ParseUsername(%q) = %q, %v; want ErrUsername", text, got, err)
			}
		})
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
	for _, text := range []string{"Ana María", "\u3164\u3164", "Ken 健", "a\u1680\u0301b", "ﷺ", "p\u0430ypal", "ﬁ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := domain.ParseUsername(text)
		if err != nil {
			return
		}
		s := name.String()
		if n := utf8.RuneCountInString(s); n < 2 || n > 64 || !utf8.ValidString(s) || s != strings.TrimSpace(s) || strings.Contains(s, "  ") {
			t.Errorf("ParseUsername(%q) = %q", text, s)
		}
		if again, err := domain.ParseUsername(s); err != nil || again != name {
			t.Errorf("the normal form %q of %q is read as %q, %v", s, text, again, err)
		}
	})
}
