package forged

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
)

// Object is a JSON object to be written in a test.
type Object map[string]any

// With is a copy with one member set.
func (o Object) With(name string, value any) Object {
	c := maps.Clone(o)
	c[name] = value
	return c
}

// Without is a copy that lacks a member.
func (o Object) Without(name string) Object {
	c := maps.Clone(o)
	delete(c, name)
	return c
}

// JSON is the object as text.
func (o Object) JSON() string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Sign joins header and claims, as JSON text, and signs them.
func Sign(key ed25519.PrivateKey, header, claims string) string {
	text := encode(header) + "." + encode(claims)
	return text + "." + encode(string(ed25519.Sign(key, []byte(text))))
}

// HS256 is Sign with a shared secret.
func HS256(secret []byte, header, claims string) string {
	text := encode(header) + "." + encode(claims)
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(text))
	return text + "." + encode(string(h.Sum(nil)))
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
