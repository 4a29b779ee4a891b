package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// ListCertificates shows callers their certificates.
type ListCertificates struct{ Certificates domain.CertificateList }

// In is the request.
type In struct{ Caller domain.Caller }

// Do answers all certificates by track: there is one for each completed track.
func (l ListCertificates) Do(ctx context.Context, in In) ([]httpapi.Certificate, error) {
	certificates, err := l.Certificates.Certificates(ctx, in.Caller.UserID)
	if err != nil {
		return nil, err
	}
	out := []httpapi.Certificate{}
	for _, c := range certificates {
		out = append(out, httpapi.ViewCertificate(c))
	}
	return out, nil
}
