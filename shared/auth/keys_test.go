package auth_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"lyceum/shared/auth"
)

func TestKeyRingRefuses(t *testing.T) {
	t.Parallel()
	a, b := newKey("a", 1), newKey("b", 2)
	for name, text := range map[string]string{
		"nothing":                         "",
		"no JSON":                         "keys",
		"null":                            "null",
		"no keys":                         `{}`,
		"an empty list":                   `{"keys":[]}`,
		"a list outside of a set":         "[" + a.both().JSON() + "]",
		"a second set behind the first":   set(t, a.both()) + set(t, b.both()),
		"a key without kid":               set(t, a.both().Without("kid")),
		"a key with an empty kid":         set(t, a.both().With("kid", "")),
		"two keys of one kid":             set(t, a.both(), b.both().With("kid", "a")),
		"a good key and a bad one":        set(t, a.both(), b.public().With("x", "AA")),
		"d that does not belong to x":     set(t, a.both().With("x", b.public()["x"])),
		"d of 31 bytes":                   set(t, a.both().With("d", b64url.EncodeToString(make([]byte, 31)))),
		"d that is no base64":             set(t, a.both().With("d", "!!")),
		"x of 33 bytes":                   set(t, a.public().With("x", b64url.EncodeToString(make([]byte, 33)))),
		"x with padding":                  set(t, a.public().With("x", a.public()["x"].(string)+"=")),
		"no x":                            set(t, a.both().Without("x")),
		"an Ed25519 key with alg HS256":   set(t, a.both().With("alg", "HS256")),
		"an Ed25519 key without alg":      set(t, a.both().Without("alg")),
		"another curve":                   set(t, a.both().With("crv", "Ed448")),
		"RSA":                             set(t, object{"kty": "RSA", "alg": "RS256", "kid": "a", "n": "AQ", "e": "AQAB"}),
		"alg none":                        set(t, object{"kty": "oct", "alg": "none", "kid": "a", "k": b64url.EncodeToString(make([]byte, 32))}),
		"a shared secret of 31 bytes":     set(t, secretKey("a", 31)),
		"an empty shared secret":          set(t, secretKey("a", 0)),
		"a shared secret with alg EdDSA":  set(t, secretKey("a", 32).With("alg", "EdDSA")),
		"a shared secret with alg HS512":  set(t, secretKey("a", 64).With("alg", "HS512")),
		"a shared secret that is no text": set(t, secretKey("a", 32).With("k", 12345)),
	} {
		t.Run(name+" and does not repeat a key in the error", func(t *testing.T) {
			t.Parallel()
			ring, err := auth.ParseKeyRing(text)
			if err == nil || ring != nil {
				t.Fatalf("got %v, %v; want an error", ring, err)
			}
			for _, private := range []string{a.both()["d"].(string), b64url.EncodeToString(secret(31)), "12345"} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("the error tells a key: %v", err)
				}
			}
		})
	}
}

func TestNewSigner(t *testing.T) {
	t.Parallel()
	a, b := newKey("a", 1), newKey("b", 2)
	if s, err := auth.NewSigner(ring(t, a.public(), b.both()), issuer); err == nil || s != nil {
		t.Errorf("a ring whose first key is public signs: %v, %v; want an error", s, err)
	}
	if _, err := auth.NewSigner(ring(t, a.both(), b.public()), issuer); err != nil {
		t.Errorf("a ring whose first key is private: %v, want no error", err)
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	t.Run("what the signing part signs the verifying part takes, and it holds no private key", func(t *testing.T) {
		t.Parallel()
		secret, err := auth.NewSecret(seeded(1))
		if err != nil {
			t.Fatal(err)
		}
		var verifying struct{ Keys []map[string]string }
		err = json.Unmarshal([]byte(secret.Verifying), &verifying)
		if err != nil || len(verifying.Keys) != 1 || verifying.Keys[0]["d"] != "" || verifying.Keys[0]["k"] != "" {
			t.Errorf("verifying part = %s, %v; want one key without d", secret.Verifying, err)
		}
		signing, err := auth.ParseKeyRing(secret.Signing)
		if err != nil {
			t.Fatal(err)
		}
		public, err := auth.ParseKeyRing(secret.Verifying)
		if err != nil {
			t.Fatal(err)
		}
		token := sign(t, signing, newUser(t, "ana@example.org", "Ana"))
		if _, err := auth.NewVerifier(public, issuer, at(noon)).Verify(token); err != nil {
			t.Error(err)
		}
		if s, err := auth.NewSigner(public, issuer); err == nil || s != nil {
			t.Errorf("the verifying part signs: %v, %v", s, err)
		}
	})
	t.Run("the kid is the key's thumbprint, so the keys of two runs can stand in one ring", func(t *testing.T) {
		t.Parallel()
		// RFC 8037 appendix A.3: the key of A.1 and its thumbprint.
		seed, err := b64url.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
		if err != nil {
			t.Fatal(err)
		}
		secret, err := auth.NewSecret(bytes.NewReader(append(seed, make([]byte, 96)...)))
		if err != nil {
			t.Fatal(err)
		}
		if want := `"kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"`; !strings.Contains(secret.Signing, want) || !strings.Contains(secret.Verifying, want) {
			t.Errorf("got %s, want %s", secret.Verifying, want)
		}
	})
	t.Run("without enough randomness there is no secret", func(t *testing.T) {
		t.Parallel()
		if got, err := auth.NewSecret(bytes.NewReader(make([]byte, 127))); err == nil || got != (auth.Secret{}) {
			t.Errorf("got %+v, %v; want an error", got, err)
		}
	})
}
