package httpapi

import "lyceum/shared/domain"

// Certificate is a certificate as everybody may see it who has its id. It does not name its owner's account.
type Certificate struct {
	ID         string `json:"id"`
	Track      string `json:"track"`
	AwardedAt  string `json:"awardedAt"`
	Credential string `json:"credential"` // the Open Badge, a compact JWT
}

// ViewCertificate shows a certificate.
func ViewCertificate(c domain.Certificate) Certificate {
	return Certificate{ID: c.ID.String(), Track: c.Track.String(), AwardedAt: domain.FormatTime(c.AwardedAt), Credential: c.Credential}
}
