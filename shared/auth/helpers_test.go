package auth_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"lyceum/local/localtest/forged"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

// noon is the fixed clock of these tests.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

var issuer = auth.Issuer{Name: "https://lyceum.example/eu", Audience: "lyceum"}

var b64url = base64.RawURLEncoding

const (
	userID    = "0195f0c1-9f00-7abc-8def-0123456789ab"
	sessionID = "0195f0c1-9f01-7abc-8def-0123456789ab"
)

// seeded is a reader of pseudo-random bytes, the same in every run.
func seeded(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

type object = forged.Object

// key is an Ed25519 key made from a seed of one byte repeated.
type key struct {
	id      string
	private ed25519.PrivateKey
}

func newKey(id string, seed byte) key {
	var b [ed25519.SeedSize]byte
	for i := range b {
		b[i] = seed
	}
	return key{id, ed25519.NewKeyFromSeed(b[:])}
}

func (k key) public() object { return forged.JWK(k.id, k.private) }

func (k key) both() object { return k.public().With("d", b64url.EncodeToString(k.private.Seed())) }

// secret is n bytes, other ones for another n.
func secret(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) }

// secretKey is an HS256 key of n bytes.
func secretKey(id string, n int) object {
	return object{"kty": "oct", "alg": "HS256", "kid": id, "k": b64url.EncodeToString(secret(n))}
}

func set(t testing.TB, keys ...object) string {
	t.Helper()
	return object{"keys": keys}.JSON()
}

func ring(t testing.TB, keys ...object) *auth.KeyRing {
	t.Helper()
	r, err := auth.ParseKeyRing(set(t, keys...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (k key) token(header, claims string) string { return forged.Sign(k.private, header, claims) }

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

func newUser(t testing.TB, email, name string) *domain.User {
	t.Helper()
	e, err := domain.ParseEmail(email)
	if err != nil {
		t.Fatal(err)
	}
	n, err := domain.ParseUsername(name)
	if err != nil {
		t.Fatal(err)
	}
	user, _, err := domain.NewUser(e, n, noon, seeded(1))
	if err != nil {
		t.Fatal(err)
	}
	return user
}
