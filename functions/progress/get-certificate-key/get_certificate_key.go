package main

import (
	"context"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// maxAge is how long others may keep a key. It never changes.
const maxAge = 24 * time.Hour

// GetCertificateKey shows a public key to whoever checks a certificate: the header kid of a credential is the URL of this. Keys that sign no
// more are here too.
type GetCertificateKey struct{ Keys domain.CredentialKeys }

// In is the request.
type In struct {
	KeyID string `path:"kid"`
}

// Do answers the JWK itself (RFC 7517), as Open Badges 3.0 wants it. domain.ErrNoCredentialKey when nothing was signed with it.
func (g GetCertificateKey) Do(ctx context.Context, in In) (httpapi.Document, error) {
	if !auth.IsKeyID(in.KeyID) {
		return httpapi.Document{}, domain.ErrNoCredentialKey
	}
	key, err := g.Keys.CredentialKey(ctx, in.KeyID)
	return httpapi.Document{MediaType: "application/jwk+json", Body: key, MaxAge: maxAge}, err
}
