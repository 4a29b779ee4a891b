package domain_test

import (
	"errors"
	"strings"
	"testing"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// D61: markup, NUL and endless text were mail addresses, the normal form was lower case alone, and the error repeated the input.
func TestD61EmailAccepts(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 61)+".", 3) + "org" // 64 + 1 + 189
	tests := map[string]struct{ in, want string }{
		"a plain address":                                {"ana@example.org", "ana@example.org"},
		"capitals as small letters":                      {"Ana@EXAMPLE.Org", "ana@example.org"},
		"spaces around as none":                          {" \tana@example.org\n", "ana@example.org"},
		"a tag and dots":                                 {"first.last+tag@example.org", "first.last+tag@example.org"},
		"an apostrophe":                                  {"o'brien@example.ie", "o'brien@example.ie"},
		"every other sign of RFC 5322":                   {"!#$%&*/=?^_`{|}~-@example.org", "!#$%&*/=?^_`{|}~-@example.org"},
		"one letter":                                     {"a@b.co", "a@b.co"},
		"a subdomain and hyphens":                        {"a@mail.my-school.example", "a@mail.my-school.example"},
		"an accent and an umlaut":                        {"léa@exämple.org", "léa@exämple.org"},
		"the same accents as separate marks":             {"le\u0301a@exa\u0308mple.org", "léa@exämple.org"},
		"the same domain in ASCII":                       {"léa@xn--exmple-cua.org", "léa@exämple.org"},
		"Cyrillic":                                       {"Анна@пример.рф", "анна@пример.рф"},
		"Devanagari with its vowel signs":                {"हिन्दी@उदाहरण.भारत", "हिन्दी@उदाहरण.भारत"},
		"a full-width domain as the plain one":           {"ana@ｅｘａｍｐｌｅ.org", "ana@example.org"},
		"a local part of 64 bytes":                       {strings.Repeat("a", 64) + "@example.org", strings.Repeat("a", 64) + "@example.org"},
		"254 bytes":                                      {longest, longest},
		"digits on both sides, but a domain with a name": {"1@2.org", "1@2.org"},
	}
	if len(longest) != 254 {
		t.Fatalf("the longest address has %d bytes, want 254", len(longest))
	}
	for name, test := range tests {
		t.Run(name+" is accepted", func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseEmail(test.in)
			if err != nil || got.String() != test.want {
				t.Errorf("ParseEmail(%q) = %q, %v; want %q", test.in, got, err, test.want)
			}
		})
	}
}

func TestD61EmailRefuses(t *testing.T) {
	t.Parallel()
	bad := map[string]string{
		"empty":                                   "",
		"blank":                                   "   ",
		"no at sign":                              "ana.example.org",
		"an at sign alone":                        "@",
		"nothing before the at sign":              "@example.org",
		"nothing after the at sign":               "ana@",
		"two at signs":                            "ana@home@example.org",
		"markup":                                  "<svg/onload=1>@x.y",
		"markup with a good domain":               "<svg/onload=1>@example.org",
		"markup in the domain":                    "a@<b>.org",
		"NUL":                                     "a\x00b@example.org",
		"NUL in the domain":                       "a@exam\x00ple.org",
		"NUL at the end":                          "a@example.org\x00",
		"a line break, which forges a header":     "a@example.org\r\nBcc: all@example.org",
		"a line break before the at sign":         "a\n@example.org",
		"a space inside":                          "a b@example.org",
		"two dots in the domain":                  "a@b..c",
		"two dots in a longer domain":             "a@example..org",
		"two dots in the local part":              "a..b@example.org",
		"a dot at the start":                      ".a@example.org",
		"a dot at the end":                        "a.@example.org",
		"a dot at the start of the domain":        "a@.example.org",
		"a dot at the end of the domain":          "a@example.org.",
		"a domain without a dot":                  "a@localhost",
		"a top level of one letter":               "a@b.c",
		"an IPv4 address":                         "a@127.0.0.1",
		"an address literal":                      "a@[127.0.0.1]",
		"a quoted local part":                     `"a b"@example.org`,
		"a display name":                          "Ana <ana@example.org>",
		"a list":                                  "a@example.org,b@example.org",
		"a comment":                               "a(b)@example.org",
		"a backslash":                             `a\b@example.org`,
		"a label that starts with a hyphen":       "a@-example.org",
		"a label that ends with a hyphen":         "a@example-.org",
		"an underscore in the domain":             "a@ex_ample.org",
		"a label of 64 bytes":                     "a@" + strings.Repeat("b", 64) + ".org",
		"a local part of 65 bytes":                strings.Repeat("a", 65) + "@example.org",
		"a local part of 65 bytes, 33 characters": strings.Repeat("é", 32) + "a@example.org",
		"255 bytes":                               strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 61)+".", 3) + "orgs",
		"a megabyte":                              strings.Repeat("a", 1<<20) + "@example.org",
		"a zero-width space":                      "a\u200bb@example.org",
		"a right-to-left override":                "a\u202eb@example.org",
		"a blank Hangul letter":                   "\u1160\u1160@example.org",
		"a variation selector":                    "a\ufe0f@example.org",
		"an emoji":                                "a😀@example.org",
		"a full-width at sign":                    "a＠example.org",
		"broken UTF-8":                            "a\xff@example.org",
		"broken UTF-8 in the domain":              "a@ex\xffample.org",
		"broken Punycode":                         "a@xn--a.org",
	}
	bad["a local part of 65 bytes, 33 characters"] = strings.Repeat("é", 32) + "a@example.org"
	for name, text := range bad {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			got, err := domain.ParseEmail(text)
			if !errors.Is(err, domain.ErrEmail) || got != (domain.Email{}) {
				t.Errorf("ParseEmail(%q) = %q, %v; want ErrEmail", text, got, err)
			}
			if got := fault.As(err).Kind; got != fault.Invalid {
				t.Errorf("kind = %v, want Invalid", got)
			}
		})
	}
}

// Such addresses were accepted, and their owners told that a link was on its way.
func TestAddressesThatNoMailReachesAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]error{
		"ana@example.org": nil, "ana@exämple.org": nil, "ana@ｅｘａｍｐｌｅ.org": nil, "o'brien@example.ie": nil,
		"léa@example.org": domain.ErrEmailLocal, "анна@пример.рф": domain.ErrEmailLocal, "ａｎａ@example.org": domain.ErrEmailLocal,
		"ana@printer.local": domain.ErrEmailDomain, "ana@nowhere.invalid": domain.ErrEmailDomain, "ana@a.localhost": domain.ErrEmailDomain, "ana@abc.onion": domain.ErrEmailDomain,
		"ana": domain.ErrEmail,
	} {
		if _, err := domain.ParseReachable(address); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	if _, err := domain.ParseEmail("léa@example.org"); err != nil {
		t.Errorf("who has such an account can sign in no more: %v", err)
	}
}

func TestD61EmailErrorDoesNotEchoTheInput(t *testing.T) {
	t.Parallel()
	_, err := domain.ParseEmail("<svg/onload=1>@x.y")
	if err == nil {
		t.Fatal("got no error")
	}
	f := fault.As(err)
	for _, text := range []string{err.Error(), f.Message, f.Code} {
		if strings.Contains(text, "svg") {
			t.Errorf("%q repeats the input", text)
		}
	}
}

func TestRestoreEmail(t *testing.T) {
	t.Parallel()
	want, err := domain.ParseEmail("Léa@Exämple.org")
	if err != nil {
		t.Fatal(err)
	}
	if got := domain.RestoreEmail(want.String()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, text := range []string{"ana@example.org", "Léa@Exämple.org", "<svg/onload=1>@x.y", "a@b..c", "İ@xn--exmple-cua.org", "a@faß.de", "ΑΣ@ΑΣ.gr", "a\u0300\u0345@example.org"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		email, err := domain.ParseEmail(text)
		if err != nil {
			return
		}
		s := email.String()
		if len(s) > 254 || strings.ContainsAny(s, " <>\"\\,;:()[]\r\n\x00") || strings.Count(s, "@") != 1 {
			t.Errorf("ParseEmail(%q) = %q", text, s)
		}
		if again, err := domain.ParseEmail(s); err != nil || again != email {
			t.Errorf("the normal form %q of %q is read as %q, %v", s, text, again, err)
		}
	})
}
