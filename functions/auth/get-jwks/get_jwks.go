package main

import (
	"context"
	"time"

	"lyceum/shared/httpapi"
)

// maxAge is how long others may keep the keys. A new key must be public for longer than that before it signs (docs/OPERATIONS.md).
const maxAge = 5 * time.Minute

// GetJwks tells everyone the public keys of access tokens. It asks no other service.
type GetJwks struct {
	Keys interface{ PublicSet() ([]byte, error) }
}

// In is the request.
type In struct{}

// Do answers the JWK set itself, as libraries expect it (RFC 7517 sections 5 and 8.5.2). Shared secrets (HS256) are not in it.
func (g GetJwks) Do(context.Context, In) (httpapi.Document, error) {
	set, err := g.Keys.PublicSet()
	return httpapi.Document{MediaType: "application/jwk-set+json", Body: set, MaxAge: maxAge}, err
}
