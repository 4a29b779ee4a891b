// Package forged makes access tokens that must be refused, each one step away from a good one. Whoever checks tokens is tested with all of
// them: shared/auth by itself, and every route that needs a token over HTTP.
package forged

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"time"

	"lyceum/shared/auth"
)

// Good is a token without fault, of which the others are made.
type Good struct {
	KeyID         string
	Key           ed25519.PrivateKey
	Issuer        auth.Issuer
	User, Session string    // their ids
	At            time.Time // when it was made; it lives auth.AccessTTL
}

// Header is the token's first part.
func (g Good) Header() Object { return Object{"alg": "EdDSA", "typ": "at+jwt", "kid": g.KeyID} }

// Claims are the token's second part.
func (g Good) Claims() Object {
	return Object{
		"iss": g.Issuer.Name, "aud": []string{g.Issuer.Audience}, "sub": g.User, "sid": g.Session, "role": "learner", "jti": "x",
		"iat": g.At.Unix(), "nbf": g.At.Unix(), "exp": g.At.Add(auth.AccessTTL).Unix(),
	}
}

// Token is the good token.
func (g Good) Token() string { return Sign(g.Key, g.Header().JSON(), g.Claims().JSON()) }

// JWK is a key's public part.
func JWK(id string, key ed25519.PrivateKey) Object {
	x := base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
	return Object{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": id, "x": x}
}

// stolen is a key that nobody has been given.
var stolen = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize))
