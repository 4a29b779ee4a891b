package auth_test

import (
	"encoding/json"
	"strings"
	"testing"

	"lyceum/shared/auth"
)

func newSecret(t *testing.T, seed byte) auth.Secret {
	t.Helper()
	s, err := auth.NewSecret(seeded(seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// parsed is a secret on its way through Secrets Manager.
func parsed(t *testing.T, s auth.Secret, err error) auth.Secret {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	out, err := auth.ParseSecret(text)
	if err != nil || out != s {
		t.Fatalf("got %+v, %v; want what was made", out, err)
	}
	return out
}

// signed is a token by the secret's signing part.
func signed(t *testing.T, s auth.Secret) string {
	t.Helper()
	ring, err := auth.ParseKeyRing(s.Signing)
	if err != nil {
		t.Fatal(err)
	}
	return sign(t, ring, newUser(t, "ana@example.org", "Ana"))
}

// takes tells whether a function with the secret's verifying part lets a token in.
func takes(t *testing.T, s auth.Secret, token string) bool {
	t.Helper()
	ring, err := auth.ParseKeyRing(s.Verifying)
	if err != nil {
		t.Fatal(err)
	}
	_, err = auth.NewVerifier(ring, issuer, at(noon)).Verify(token)
	return err == nil
}

// kids are the first words of Describe.
func kids(s auth.Secret) (ids []string) {
	for line := range strings.Lines(s.Describe()) {
		id, _, _ := strings.Cut(line, " ")
		ids = append(ids, id)
	}
	return ids
}

func TestRotationSignsNobodyOut(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*testing.T) auth.Secret{
		"of an Ed25519 key": func(t *testing.T) auth.Secret { return newSecret(t, 1) },
		"of a shared secret": func(t *testing.T) auth.Secret {
			s, err := auth.NewHS256Secret(seeded(1))
			return parsed(t, s, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := begin(t)
			oldID := kids(first)[0]
			rotated, err := first.Rotate(seeded(2))
			rotated = parsed(t, rotated, err)
			promoted, err := rotated.Promote()
			promoted = parsed(t, promoted, err)
			retired, err := promoted.Retire(oldID)
			retired = parsed(t, retired, err)
			steps := []auth.Secret{first, rotated, promoted, retired}
			// Rows: who signs. Columns: who verifies. While a step is deployed, functions of neighbouring steps run side by side.
			for i, want := range []string{"yyyn", "yyyn", "nyyy", "nyyy"} {
				token := signed(t, steps[i])
				for j, step := range steps {
					if got := takes(t, step, token); got != (want[j] == 'y') {
						t.Errorf("a token of step %d at step %d: taken %v", i, j, got)
					}
				}
			}
			if retired.Cursor != first.Cursor || retired.Refresh != first.Refresh {
				t.Error("cursors or refresh tokens are lost")
			}
			if ids := kids(promoted); len(ids) != 2 || ids[1] != oldID || strings.Contains(retired.Signing, oldID) {
				t.Errorf("got %s and then %s", promoted.Describe(), retired.Describe())
			}
		})
	}
}

func TestRotationRefuses(t *testing.T) {
	t.Parallel()
	first := newSecret(t, 1)
	rotated, err := first.Rotate(seeded(2))
	rotated = parsed(t, rotated, err)
	full := first
	for i := range byte(3) {
		full, err = full.Rotate(seeded(10 + i))
		full = parsed(t, full, err)
		full, err = full.Promote()
		full = parsed(t, full, err)
	}
	old, next := kids(rotated)[0], kids(rotated)[1]
	for name, do := range map[string]func() (auth.Secret, error){
		"a second key that waits":       func() (auth.Secret, error) { return rotated.Rotate(seeded(3)) },
		"a fifth key":                   func() (auth.Secret, error) { return full.Rotate(seeded(3)) },
		"too little randomness":         func() (auth.Secret, error) { return first.Rotate(strings.NewReader("short")) },
		"to promote when no key waits":  func() (auth.Secret, error) { return first.Promote() },
		"to retire the only key":        func() (auth.Secret, error) { return first.Retire(old) },
		"to retire the key that signs":  func() (auth.Secret, error) { return rotated.Retire(old) },
		"to retire a key that is not":   func() (auth.Secret, error) { return rotated.Retire("nobody") },
		"to retire a key without a kid": func() (auth.Secret, error) { return rotated.Retire("") },
	} {
		if got, err := do(); err == nil || got != (auth.Secret{}) {
			t.Errorf("%s: got %+v, %v; want an error", name, got, err)
		}
	}
	t.Run("nothing to a key that waits and is retired, and it waits no longer", func(t *testing.T) {
		t.Parallel()
		back, err := rotated.Retire(next)
		if back = parsed(t, back, err); back != first {
			t.Errorf("got %+v, want the secret before rotation", back)
		}
	})
}

func TestD15AWeakSecretIsRefused(t *testing.T) {
	t.Parallel()
	s, other := newSecret(t, 1), newSecret(t, 2)
	rotated, err := s.Rotate(seeded(3))
	rotated = parsed(t, rotated, err)
	good := object{"signing": s.Signing, "verifying": s.Verifying, "cursor": s.Cursor, "refresh": s.Refresh, "links": s.Links}
	short := b64url.EncodeToString(secret(31))
	for name, text := range map[string]string{
		"nothing":                            "",
		"null":                               "null",
		"no JSON":                            s.Cursor,
		"half a secret":                      good.JSON()[:100],
		"something behind it":                good.JSON() + "{}",
		"a member nobody knows":              good.With("other", "x").JSON(),
		"a number":                           good.With("cursor", 1).JSON(),
		"no signing part":                    good.Without("signing").JSON(),
		"no verifying part":                  good.Without("verifying").JSON(),
		"the verifying part of another":      good.With("verifying", other.Verifying).JSON(),
		"a verifying part that lacks a key":  good.With("signing", rotated.Signing).JSON(),
		"a verifying part with private keys": good.With("verifying", s.Signing).JSON(),
		"a signing part without private key": good.With("signing", s.Verifying).JSON(),
		"a shared secret of 31 bytes":        good.With("signing", set(t, secretKey("a", 31))).With("verifying", set(t, secretKey("a", 31))).JSON(),
		"a cursor key of 31 bytes":           good.With("cursor", short).JSON(),
		"a refresh key of 31 bytes":          good.With("refresh", short).JSON(),
		"no refresh key":                     good.Without("refresh").JSON(),
		"a link key of 31 bytes":             good.With("links", short).JSON(),
		"the key that signs waits":           good.With("next", kids(s)[0]).JSON(),
		"a key that is not there waits":      good.With("next", "nobody").JSON(),
	} {
		t.Run(name+" is refused and not quoted", func(t *testing.T) {
			t.Parallel()
			got, err := auth.ParseSecret([]byte(text))
			if err == nil || got != (auth.Secret{}) {
				t.Fatalf("got %+v, %v; want an error", got, err)
			}
			for _, private := range []string{s.Cursor, s.Refresh, s.Signing, short} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("the error tells a key: %v", err)
				}
			}
		})
	}
	if _, err := auth.ParseSecret([]byte(" \n" + good.JSON() + "\r\n")); err != nil {
		t.Errorf("a good one with spaces around it is refused: %v", err)
	}
}

func TestThePublicSetHoldsPublicKeysAlone(t *testing.T) {
	t.Parallel()
	a := newKey("a", 1)
	for name, c := range map[string]struct{ ring, want *auth.KeyRing }{
		"private keys lose their private part":   {ring(t, a.both()), ring(t, a.public())},
		"public keys stay as they are":           {ring(t, a.public()), ring(t, a.public())},
		"shared secrets are left out":            {ring(t, secretKey("s", 32), a.both()), ring(t, a.public())},
		"a kid is text of whatever characters":   {ring(t, a.both().With("kid", `"<é>`)), ring(t, a.public().With("kid", `"<é>`))},
		"nothing is left of shared secrets only": {ring(t, secretKey("s", 32)), nil},
	} {
		got, err := c.ring.PublicSet()
		if err != nil {
			t.Fatal(err)
		}
		if c.want == nil {
			if string(got) != `{"keys":[]}` {
				t.Errorf("%s: got %s", name, got)
			}
			continue
		}
		want, err := c.want.PublicSet()
		if err != nil || string(got) != string(want) || strings.Contains(string(got), `"d"`) || strings.Contains(string(got), `"k"`) {
			t.Errorf("%s: got %s, want %s (%v)", name, got, want, err)
		}
		if _, err := auth.ParseKeyRing(string(got)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
