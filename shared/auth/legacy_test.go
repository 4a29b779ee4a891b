package auth_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"lyceum/shared/auth"
)

// Hashes made by others: bare ones by Web Crypto (Node), the others by Python's hashlib.
const (
	bare       = "AQgPFh0kKzI5QEdOVVxjarwNdKextiWbLDh5SvVJoXPVnsP0CJ55WqC8LO/pwct8"                                                         // correct horse battery
	bareAccent = "AQgPFh0kKzI5QEdOVVxjagjEYoKZyHzmDHOkVs5x1fQiNkyjKiBvTXy8WQSovkAr"                                                         // cafe, U+0301, space, U+FF21
	bareShort  = "AQgPFh0kKzI5QEdOVVxjan7ZQNnCZpYQ27zhIjnmvLuD5g681hrHCwqscs8N1HYp"                                                         // abc
	phc600k    = "$pbkdf2-sha256$i=600000$c29tZXNhbHRzb21lc2FsdA$xiQCridf0d1jkMJZYXDvrZOJq6ZmcfvlLinS1eik7sc"                               // correct horse battery
	phc20Bytes = "$pbkdf2-sha256$i=1000$c29tZXNhbHQ$K5SAHVwQoz0J3yvOytAOiRUeGU0"                                                            // correct horse battery
	phc64Bytes = "$pbkdf2-sha256$i=1000$c29tZXNhbHQ$K5SAHVwQoz0J3yvOytAOiRUeGU14G3lS2KOx1HL3NxDNeLL3YW4Rs7blVAN9/2VU2YIIZ9VfE0pXrlV9eH5NPg" // the same
	phcArgon   = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"                        // nobody's
)

func entered(t testing.TB, text string) auth.Password {
	t.Helper()
	p, err := auth.EnteredPassword(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestU08HashesOfOthersAreVerified(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, stored, format, password string
		wrong                          []string
	}{
		{"Web Crypto's salt and sum in base64", bare, auth.FormatBare, "correct horse battery", []string{"correct horse batterz", "correct horse battery ", "Correct horse battery"}},
		{"a password that is too short to be new", bareShort, auth.FormatBare, "abc", []string{"ab", "abcd"}},
		{"a password that is not in NFKC, by the bytes as typed", bareAccent, auth.FormatBare, "cafe\u0301 Ａ", []string{"caf\u00e9 A", "caf\u00e9 Ａ"}},
		{"PBKDF2 of 600,000 iterations", phc600k, auth.FormatPBKDF2, "correct horse battery", []string{"correct horse batterz"}},
		{"PBKDF2 with a sum of 20 bytes", phc20Bytes, auth.FormatPBKDF2, "correct horse battery", []string{"correct horse batterz"}},
		{"PBKDF2 with a sum of 64 bytes", phc64Bytes, auth.FormatPBKDF2, "correct horse battery", []string{"correct horse batterz"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if format, err := auth.HashFormat(c.stored); err != nil || format != c.format {
				t.Errorf("HashFormat = %q, %v; want %s", format, err, c.format)
			}
			if got, err := cheap.Matches(entered(t, c.password), c.stored); err != nil || !got {
				t.Errorf("got %v, %v; want a match", got, err)
			}
			for _, wrong := range c.wrong {
				if got, err := cheap.Matches(entered(t, wrong), c.stored); err != nil || got {
					t.Errorf("%q: got %v, %v; want no match", wrong, got, err)
				}
			}
			if !auth.DefaultCost.Outdated(c.stored) {
				t.Error("the hash is not outdated")
			}
		})
	}
}

func TestD52AHashSaysWhetherItIsOutdated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored string
		want   bool
	}{
		"the present cost":     {phcArgon, false},
		"less memory":          {strings.Replace(phcArgon, "m=19456", "m=9728", 1), true},
		"more passes":          {strings.Replace(phcArgon, "t=2", "t=3", 1), true},
		"a salt of 8 bytes":    {strings.Replace(phcArgon, "$AAAAAAAAAAAAAAAAAAAAAA$", "$AAAAAAAAAAA$", 1), true},
		"a sum of 16 bytes":    {phcArgon[:len(phcArgon)-21], true},
		"Web Crypto's":         {bare, true},
		"PBKDF2":               {phc600k, true},
		"what nobody can read": {"x", true},
	} {
		if got := auth.DefaultCost.Outdated(c.stored); got != c.want {
			t.Errorf("%s: Outdated = %v, want %v", name, got, c.want)
		}
	}
	if format, err := auth.HashFormat(phcArgon); err != nil || format != auth.FormatArgon2id {
		t.Errorf("HashFormat = %q, %v; want %s", format, err, auth.FormatArgon2id)
	}
}

func TestU08MalformedHashesAreErrors(t *testing.T) {
	t.Parallel()
	const salt, sum = "c29tZXNhbHQ", "K5SAHVwQoz0J3yvOytAOiRUeGU0"
	made := func(iterations any, salt, sum string) string {
		return fmt.Sprintf("$pbkdf2-sha256$i=%v$%s$%s", iterations, salt, sum)
	}
	long := func(n int) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	for name, stored := range map[string]string{
		"999 iterations":              made(999, salt, sum),
		"2,000,001 iterations":        made(2_000_001, salt, sum),
		"no iterations":               made("", salt, sum),
		"iterations below none":       made(-600000, salt, sum),
		"iterations beyond 64 bits":   made("99999999999999999999", salt, sum),
		"a leading zero":              made("01000", salt, sum),
		"a sign":                      made("+1000", salt, sum),
		"passlib's own form":          "$pbkdf2-sha256$29000$" + salt + "$" + sum,
		"another hash function":       "$pbkdf2-sha512$i=1000$" + salt + "$" + sum,
		"a salt of 7 bytes":           made(1000, long(7), sum),
		"a salt of 65 bytes":          made(1000, long(65), sum),
		"a sum of 15 bytes":           made(1000, salt, long(15)),
		"a sum of 65 bytes":           made(1000, salt, long(65)),
		"padding":                     made(1000, salt+"=", sum),
		"the alphabet of URLs":        made(1000, "c29tZXNhb_Q", sum),
		"a line break":                made(1000, salt, sum[:8]+"\n"+sum[8:]),
		"a part more":                 made(1000, salt, sum) + "$",
		"a part less":                 "$pbkdf2-sha256$i=1000$" + salt,
		"bits behind the end":         made(1000, salt, sum[:len(sum)-1]+"1"),
		"a bare hash of 47 bytes":     base64.StdEncoding.EncodeToString(make([]byte, 47)),
		"a bare hash of 49 bytes":     base64.StdEncoding.EncodeToString(make([]byte, 49)),
		"a bare hash of URL alphabet": strings.ReplaceAll(bare, "/", "_"),
		"a bare hash and a newline":   bare + "\n",
		"a bare hash after a blank":   " " + bare,
		"bcrypt":                      "$2b$12$" + strings.Repeat("a", 53),
		"an empty string of PHC":      "$",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := cheap.Matches(entered(t, "correct horse battery"), stored)
			if err == nil || got {
				t.Fatalf("got %v, %v; want false and an error", got, err)
			}
			if format, err := auth.HashFormat(stored); err == nil {
				t.Errorf("HashFormat = %q, want an error", format)
			}
			if strings.Contains(err.Error(), salt) || strings.Contains(err.Error(), "horse") {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

func TestEnteredPasswordsHave1To1024Bytes(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"": false, "a": true, strings.Repeat("a", 1024): true, strings.Repeat("a", 1025): false, strings.Repeat("ﷺ", 341): true} {
		if _, err := auth.EnteredPassword(text); (err == nil) != ok {
			t.Errorf("%d bytes: %v, want success: %v", len(text), err, ok)
		}
	}
}

// D20's rule, the same time for no account, does not hold for an imported hash. This holds the known difference in its bounds: a bare
// hash and an argon2id of the default cost stay within a factor of 4. Not parallel: it measures.
func TestD20AnImportedHashTakesATimeOfItsOwn(t *testing.T) {
	wrong := entered(t, "wrong password")
	take := func(stored string) time.Duration {
		begin := time.Now()
		if matches, err := auth.DefaultCost.Matches(wrong, stored); err != nil || matches {
			t.Fatalf("Matches = %v, %v", matches, err)
		}
		return time.Since(begin)
	}
	// The least of tries in turns: a busy machine slows all but some of each kind.
	unknown, imported, strong := time.Hour, time.Hour, time.Hour
	for range 15 {
		unknown, imported, strong = min(unknown, take("")), min(imported, take(bare)), min(strong, take(phc600k))
	}
	t.Logf("no account %v, bare hash %v, PBKDF2 of 600,000 iterations %v", unknown, imported, strong)
	if imported > 4*unknown || unknown > 4*imported {
		t.Errorf("no account takes %v, an imported hash %v; want the same within a factor of 4", unknown, imported)
	}
}

func FuzzHashFormat(f *testing.F) {
	for _, seed := range []string{bare, phc20Bytes, phc64Bytes, phcArgon, "$pbkdf2-sha256$i=1000$$", "$$$$", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		format, err := auth.HashFormat(stored)
		if err != nil {
			return
		}
		phc := strings.HasPrefix(stored, "$"+format+"$")
		if phc == (format == auth.FormatBare) || len(stored) > 300 || strings.ContainsAny(stored, "\r\n\x00 ") {
			t.Errorf("%q is taken for %s", stored, format)
		}
	})
}

func FuzzMatchesImported(f *testing.F) {
	for _, seed := range []string{bare, phc20Bytes, "$pbkdf2-sha256$i=1000$$", "$$$$"} {
		f.Add(seed)
	}
	p := entered(f, "another password")
	f.Fuzz(func(t *testing.T, stored string) {
		if stored == "" || len(stored) > 200 || strings.HasPrefix(stored, "$argon2id$") {
			return
		}
		if matches, _ := cheap.Matches(p, stored); matches {
			t.Errorf("a password matches %q", stored)
		}
	})
}
