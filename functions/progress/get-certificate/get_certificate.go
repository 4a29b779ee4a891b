package main

import (
	"context"
	"errors"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetCertificate shows a certificate to whoever its holder gave the link.
type GetCertificate struct {
	Certificates domain.Certificates
	Verifier     interface {
		Verify(ctx context.Context, token string) (auth.Badge, domain.CertificateID, error)
	}
}

// In is the request.
type In struct {
	ID domain.CertificateID `path:"id"`
}

// Out is the certificate with what its credential says.
type Out struct {
	httpapi.Certificate
	Badge *auth.Badge `json:"badge"` // null when the signature is not good
	Valid bool        `json:"valid"` // its signature is good; that it is on record is why it is shown
}

// Do answers domain.ErrNoCertificate for what never was, and when its holder was erased.
func (g GetCertificate) Do(ctx context.Context, in In) (Out, error) {
	certificate, err := g.Certificates.Certificate(ctx, in.ID)
	if err != nil {
		return Out{}, err
	}
	out := Out{Certificate: httpapi.ViewCertificate(certificate)}
	badge, id, err := g.Verifier.Verify(ctx, certificate.Credential)
	if errors.Is(err, auth.ErrCredential) || err == nil && id != certificate.ID {
		return out, nil
	}
	out.Badge, out.Valid = &badge, err == nil
	return out, err
}
