package domain

import (
	"context"
	"time"

	"lyceum/shared/domain/fault"
)

// CertificateID is public and tells nothing of its owner.
type CertificateID = ID[Certificate]

// Certificate says that a user completed a track. It is made once for each user and track and never changes.
type Certificate struct {
	ID         CertificateID
	Owner      UserID
	Track      Track
	AwardedAt  time.Time
	Credential string // the Open Badge, signed: a compact JWT
}

// Faults of certificates.
var (
	ErrNoCertificate   = fault.New(fault.NotFound, "certificate.not_found", "There is no such certificate.")
	ErrNoCredentialKey = fault.New(fault.NotFound, "certificate.key_not_found", "No certificate was signed with such a key.")
)

// Awards keeps certificates.
type Awards interface {
	// OfTrack reads the user's certificate of a track. ErrNoCertificate when there is none.
	OfTrack(ctx context.Context, owner UserID, track Track) (Certificate, error)
	// Award stores a certificate unless its owner has one of the track already; that is no error.
	Award(ctx context.Context, certificate Certificate) error
	// KeepKey keeps the public key, a JWK, that certificates are signed with, for as long as there are certificates.
	KeepKey(ctx context.Context, id string, jwk []byte) error
}

// CertificateList shows certificates.
type CertificateList interface {
	// Certificates reads all that a user has, by track.
	Certificates(ctx context.Context, owner UserID) ([]Certificate, error)
}

// Certificates finds certificates.
type Certificates interface {
	// Certificate reads one by its public id. ErrNoCertificate when there is none. It may lag behind a write by a moment.
	Certificate(ctx context.Context, id CertificateID) (Certificate, error)
}

// CredentialKeys knows the public keys of certificates, those that do not sign any more too.
type CredentialKeys interface {
	// CredentialKey reads the JWK of a key. ErrNoCredentialKey when nothing was signed with it.
	CredentialKey(ctx context.Context, id string) ([]byte, error)
}
