package auth_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/shared/auth"
)

// cheap is a cost for tests that do not measure.
var cheap = auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}

func password(t testing.TB, text string) auth.Password {
	t.Helper()
	p, err := auth.ParsePassword(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParsePassword(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]string{
		"8 characters": "12345678", "8 characters of another script": "ключключ", "1,024 characters": strings.Repeat("a", 1024), "1,024 of three bytes": strings.Repeat("学", 1024),
		"blanks, as a sentence has them": "  a  b  ", "control characters": "\x00\x01\x02\x03\x04\x05\x06\x07",
	} {
		if _, err := auth.ParsePassword(good); err != nil {
			t.Errorf("%s: %v, want no error", name, err)
		}
	}
	for name, bad := range map[string]string{
		"nothing": "", "7 characters": "1234567", "7 characters of 21 bytes": "学生学生学生学", "1,025 characters": strings.Repeat("a", 1025), "a megabyte": strings.Repeat("a", 1<<20),
		"9 characters that are 3 in normal form": "\u1100\u1161\u11a8\u1100\u1161\u11a8\u1100\u1161\u11a8", "341 characters that grow in normal form": strings.Repeat("ﷺ", 341),
	} {
		if _, err := auth.ParsePassword(bad); !errors.Is(err, auth.ErrPassword) {
			t.Errorf("%s: %v, want ErrPassword", name, err)
		}
	}
}

func TestPasswordIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	p := password(t, secret)
	type form struct {
		Password auth.Password
		hidden   auth.Password
	}
	f := form{p, p}
	hex := []string{fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), fmt.Sprint([]byte(secret)), fmt.Sprintf("%#v", []byte(secret)), "hunter2"}
	clean := func(how, text string) {
		t.Helper()
		if slices.ContainsFunc(hex, func(h string) bool { return strings.Contains(text, h) }) {
			t.Fatalf("%s tells the password: %s", how, text)
		}
	}
	for verb := 'A'; verb <= 'z'; verb++ {
		for _, flag := range []string{"", "+", "#", "-", " ", "0", "50", ".3"} {
			verb := "%" + flag + string(verb)
			for _, v := range []any{p, &p, f, &f, []auth.Password{p}, map[string]form{"a": f}, fmt.Errorf("x: %v", p)} {
				clean(fmt.Sprintf("%s of %T", verb, v), fmt.Sprintf(verb, v))
			}
		}
	}
	clean("Print", fmt.Sprint(p, &p, f, &f))
	if out, err := json.Marshal(f); err != nil {
		t.Error(err)
	} else {
		clean("JSON", string(out))
	}
	for _, handler := range []func(io.Writer) slog.Handler{
		func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
		func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
	} {
		var log bytes.Buffer
		slog.New(handler(&log)).Info("sign in", "password", p, "form", f, "pointer", &f)
		clean("the log", log.String())
	}
	if got := fmt.Sprintf("%v %s %+v %#v", p, p, p, p); got != "******** ******** ******** ********" {
		t.Errorf("got %q, want asterisks", got)
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	p := password(t, "correct horse")
	t.Run("a hash matches its password alone, and says its cost", func(t *testing.T) {
		t.Parallel()
		phc, err := auth.DefaultCost.Hash(p, seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("got %s, want OWASP's parameters", phc)
		}
		for text, want := range map[string]bool{
			"correct horse": true, "correct horsf": false, "Correct horse": false, "correct horse ": false, "correct horse\x00": false,
		} {
			if got, err := cheap.Matches(password(t, text), phc); err != nil || got != want {
				t.Errorf("%q matches: %v, %v; want %v", text, got, err, want)
			}
		}
	})
	t.Run("a hash of the reference implementation is understood", func(t *testing.T) {
		t.Parallel()
		// test.c of github.com/P-H-C/phc-winner-argon2: hashtest(0x13, 2, 8, 1, "password", "somesalt", Argon2_id)
		const phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
		if got, err := cheap.Matches(password(t, "password"), phc); err != nil || !got {
			t.Errorf("got %v, %v; want a match", got, err)
		}
	})
	t.Run("one password has another hash each time", func(t *testing.T) {
		t.Parallel()
		random := seeded(1)
		a, errA := cheap.Hash(p, random)
		b, errB := cheap.Hash(p, random)
		if errA != nil || errB != nil || a == b {
			t.Errorf("got %s and %s, %v, %v", a, b, errA, errB)
		}
	})
	t.Run("keyboards do not matter: NFKC", func(t *testing.T) {
		t.Parallel()
		phc, err := cheap.Hash(password(t, "café Ａ ﬁne"), seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cheap.Matches(password(t, "cafe\u0301 A fine"), phc); err != nil || !got {
			t.Errorf("got %v, %v; want a match", got, err)
		}
	})
	t.Run("without enough randomness there is no hash", func(t *testing.T) {
		t.Parallel()
		if phc, err := cheap.Hash(p, bytes.NewReader(make([]byte, 15))); err == nil || phc != "" {
			t.Errorf("got %q, %v; want an error", phc, err)
		}
	})
	t.Run("a cost out of bounds neither crashes nor exhausts", func(t *testing.T) {
		t.Parallel()
		for _, cost := range []auth.Argon2id{{}, {0, 1, 1}, {64, 0, 1}, {64, 1, 0}, {256*1024 + 1, 1, 1}, {1<<32 - 1, 1, 1}, {64, 17, 1}} {
			if phc, err := cost.Hash(p, seeded(1)); err == nil {
				t.Errorf("%+v made %s, want an error", cost, phc)
			}
			if got, err := cost.Matches(p, ""); err == nil || got {
				t.Errorf("%+v: unknown user matches %v, %v; want an error", cost, got, err)
			}
		}
	})
}

func TestForeignHashesAreRefused(t *testing.T) {
	t.Parallel()
	const salt, sum = "c29tZXNhbHQ", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	for name, phc := range map[string]string{
		"clear text":                  "password",
		"bcrypt":                      "$2b$12$" + strings.Repeat("a", 53),
		"argon2i":                     "$argon2i$v=19$m=256,t=2,p=1$" + salt + "$" + sum,
		"argon2d":                     "$argon2d$v=19$m=256,t=2,p=1$" + salt + "$" + sum,
		"an older version":            "$argon2id$v=16$m=256,t=2,p=1$" + salt + "$" + sum,
		"no version":                  "$argon2id$m=256,t=2,p=1$" + salt + "$" + sum,
		"a part more":                 "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + sum + "$",
		"something before":            "x$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + sum,
		"parameters in another order": "$argon2id$v=19$t=2,m=256,p=1$" + salt + "$" + sum,
		"a parameter more":            "$argon2id$v=19$m=256,t=2,p=1,x=1$" + salt + "$" + sum,
		"a sign":                      "$argon2id$v=19$m=+256,t=2,p=1$" + salt + "$" + sum,
		"a leading zero":              "$argon2id$v=19$m=0256,t=2,p=1$" + salt + "$" + sum,
		"no memory":                   "$argon2id$v=19$m=0,t=2,p=1$" + salt + "$" + sum,
		"4 TiB of memory":             "$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum,
		"memory beyond 32 bits":       "$argon2id$v=19$m=4294967552,t=2,p=1$" + salt + "$" + sum,
		"4 billion passes":            "$argon2id$v=19$m=256,t=4294967295,p=1$" + salt + "$" + sum,
		"no lanes":                    "$argon2id$v=19$m=256,t=2,p=0$" + salt + "$" + sum,
		"257 lanes":                   "$argon2id$v=19$m=256,t=2,p=257$" + salt + "$" + sum,
		"a short salt":                "$argon2id$v=19$m=256,t=2,p=1$c29tZQ$" + sum,
		"no salt":                     "$argon2id$v=19$m=256,t=2,p=1$$" + sum,
		"no sum":                      "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$",
		"a sum of 4 bytes":            "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$nf65EA",
		"a sum of 65 bytes":           "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + strings.Repeat("a", 87),
		"padding":                     "$argon2id$v=19$m=256,t=2,p=1$" + salt + "=$" + sum,
		"bits behind the end":         "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + sum[:len(sum)-1] + "5",
		"a line break in the sum":     "$argon2id$v=19$m=256,t=2,p=1$" + salt + "$" + sum[:10] + "\n" + sum[10:],
	} {
		t.Run(name+" is an error and no match", func(t *testing.T) {
			t.Parallel()
			got, err := cheap.Matches(password(t, "password"), phc)
			if err == nil || got {
				t.Fatalf("got %v, %v; want false and an error", got, err)
			}
			if strings.Contains(err.Error(), sum) || strings.Contains(err.Error(), "password") {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

// It runs alone: tests that run in parallel wait for it.
func TestAnUnknownUserTakesTheTimeOfAWrongPassword(t *testing.T) {
	cost := auth.Argon2id{MemoryKiB: 8 * 1024, Passes: 2, Lanes: 1}
	wrong := password(t, "wrong password")
	phc, err := cost.Hash(password(t, "right password"), seeded(1))
	if err != nil {
		t.Fatal(err)
	}
	var known, unknown []time.Duration
	for range 11 {
		for hash, took := range map[string]*[]time.Duration{phc: &known, "": &unknown} {
			begin := time.Now()
			if matches, err := cost.Matches(wrong, hash); err != nil || matches {
				t.Fatalf("Matches(wrong, %q) = %v, %v", hash, matches, err)
			}
			*took = append(*took, time.Since(begin))
		}
	}
	slices.Sort(known)
	slices.Sort(unknown)
	if a, b := known[5], unknown[5]; a > 3*b || b > 3*a {
		t.Errorf("a wrong password takes %v, an unknown user %v; want the same within a factor of 3", a, b)
	}
}

func FuzzMatches(f *testing.F) {
	f.Add("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$")
	f.Add("$$$$$")
	p, err := auth.ParsePassword("another password")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, phc string) {
		if phc == "" || len(phc) > 200 {
			return
		}
		if matches, _ := cheap.Matches(p, phc); matches {
			t.Errorf("a password matches %q", phc)
		}
	})
}
