package main

import (
	"context"
	"errors"
	"strings"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// VerifyCertificate judges a credential that somebody was shown.
type VerifyCertificate struct {
	Certificates domain.Certificates
	Verifier     interface {
		Verify(ctx context.Context, token string) (auth.Badge, domain.CertificateID, error)
	}
}

// In is the request.
type In struct {
	Body struct {
		Credential string `json:"credential"` // a compact JWT
	}
}

// Out is the judgement. That a credential is not good is an answer, not an error.
type Out struct {
	Valid     bool        `json:"valid"`     // both of the following
	Signature bool        `json:"signature"` // signed here, whole and unchanged
	OnRecord  bool        `json:"onRecord"`  // and not withdrawn: its holder is not erased
	Badge     *auth.Badge `json:"badge"`     // what the credential says; null without a good signature
}

// Do answers false for every credential that is not good, and does not say why: the reasons are for who makes credentials.
func (v VerifyCertificate) Do(ctx context.Context, in In) (Out, error) {
	if in.Body.Credential == "" {
		return Out{}, fault.InField("credential", fault.ErrMissing)
	}
	credential := strings.Join(strings.Fields(in.Body.Credential), "") // mail programs break long lines, and people paste what they see
	badge, id, err := v.Verifier.Verify(ctx, credential)
	if errors.Is(err, auth.ErrCredential) {
		return Out{}, nil
	}
	if err != nil {
		return Out{}, err
	}
	record, err := v.Certificates.Certificate(ctx, id)
	if err != nil && !errors.Is(err, domain.ErrNoCertificate) {
		return Out{}, err
	}
	onRecord := err == nil && record.Credential == credential
	return Out{Valid: onRecord, Signature: true, OnRecord: onRecord, Badge: &badge}, nil
}
