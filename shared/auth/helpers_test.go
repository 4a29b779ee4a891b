package auth_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"testing"
	"time"

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

// object is a JSON object to be written in a test.
type object map[string]any

// with is a copy with one member set.
func (o object) with(name string, value any) object {
	c := object{name: value}
	for n, v := range o {
		if n != name {
			c[n] = v
		}
	}
	return c
}

// without is a copy that lacks a member.
func (o object) without(name string) object {
	c := o.with(name, nil)
	delete(c, name)
	return c
}

func (o object) json(t testing.TB) string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

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

func (k key) public() object {
	return object{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": k.id, "x": b64url.EncodeToString(k.private.Public().(ed25519.PublicKey))}
}

func (k key) both() object { return k.public().with("d", b64url.EncodeToString(k.private.Seed())) }

// secret is n bytes, other ones for another n.
func secret(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) }

// secretKey is an HS256 key of n bytes.
func secretKey(id string, n int) object {
	return object{"kty": "oct", "alg": "HS256", "kid": id, "k": b64url.EncodeToString(secret(n))}
}

func set(t testing.TB, keys ...object) string {
	t.Helper()
	return object{"keys": keys}.json(t)
}

func ring(t testing.TB, keys ...object) *auth.KeyRing {
	t.Helper()
	r, err := auth.ParseKeyRing(set(t, keys...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// token joins header and claims, as JSON text, and signs them.
func (k key) token(header, claims string) string {
	text := b64url.EncodeToString([]byte(header)) + "." + b64url.EncodeToString([]byte(claims))
	return text + "." + b64url.EncodeToString(ed25519.Sign(k.private, []byte(text)))
}

// hs256 is token with a shared secret.
func hs256(secret []byte, header, claims string) string {
	text := b64url.EncodeToString([]byte(header)) + "." + b64url.EncodeToString([]byte(claims))
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(text))
	return text + "." + b64url.EncodeToString(h.Sum(nil))
}

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
