package auth

import (
	"time"

	"lyceum/shared/domain"
)

// Badge is an OpenBadgeCredential of Open Badges 3.0 (1EdTech, section "OpenBadgeCredential"), a verifiable credential of the W3C's data
// model 2.0, with the claims of its JWT beside its own members (section "JSON Web Token Proof Format").
type Badge struct {
	Context           []string     `json:"@context"`
	ID                string       `json:"id"`
	Type              []string     `json:"type"`
	Issuer            BadgeIssuer  `json:"issuer"`
	ValidFrom         string       `json:"validFrom"` // whole seconds, as nbf has no others
	Name              string       `json:"name"`
	CredentialSubject BadgeSubject `json:"credentialSubject"`

	Iss string `json:"iss"` // issuer.id
	Jti string `json:"jti"` // id
	Nbf int64  `json:"nbf"` // validFrom
	Sub string `json:"sub"` // credentialSubject.id
}

// BadgeIssuer is a Profile.
type BadgeIssuer struct {
	ID   string   `json:"id"`
	Type []string `json:"type"`
	Name string   `json:"name"`
}

// BadgeSubject is an AchievementSubject: whom the badge is of, and for what.
type BadgeSubject struct {
	ID          string          `json:"id"`
	Type        []string        `json:"type"`
	Identifier  []BadgeIdentity `json:"identifier"`
	Achievement Achievement     `json:"achievement"`
}

// BadgeIdentity is an IdentityObject. What is not hashed stands in identityHash as it is.
type BadgeIdentity struct {
	Type         string `json:"type"`
	Hashed       bool   `json:"hashed"`
	IdentityHash string `json:"identityHash"`
	IdentityType string `json:"identityType"`
}

// Achievement is what was achieved.
type Achievement struct {
	ID              string        `json:"id"`
	Type            []string      `json:"type"`
	AchievementType string        `json:"achievementType"`
	Criteria        BadgeCriteria `json:"criteria"`
	Description     string        `json:"description"`
	Name            string        `json:"name"`
}

// BadgeCriteria is a Criteria.
type BadgeCriteria struct {
	Narrative string `json:"narrative"`
}

// newBadge says that somebody completed a track. The subject's id is the certificate's own, so that two badges of one user cannot be
// brought together by it; the name is what the user wants shown at that time.
func newBadge(base, issuer string, id domain.CertificateID, track domain.Track, holder domain.Username, at time.Time) Badge {
	at = at.UTC().Truncate(time.Second)
	b := Badge{
		Context:   []string{"https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"},
		ID:        base + "/api/certificates/" + id.String(),
		Type:      []string{"VerifiableCredential", "OpenBadgeCredential"},
		Issuer:    BadgeIssuer{ID: base, Type: []string{"Profile"}, Name: issuer},
		ValidFrom: at.Format(time.RFC3339),
		Name:      "Track completed: " + track.String(),
		CredentialSubject: BadgeSubject{
			ID: "urn:uuid:" + id.String(), Type: []string{"AchievementSubject"},
			Identifier: []BadgeIdentity{{"IdentityObject", false, holder.String(), "name"}},
			Achievement: Achievement{
				ID: base + "/api/lessons?track=" + track.String(), Type: []string{"Achievement"}, AchievementType: "Course",
				Criteria:    BadgeCriteria{"Complete every lesson that is published in the track."},
				Description: "All lessons of the track " + track.String() + ".", Name: track.String(),
			},
		},
	}
	b.Iss, b.Jti, b.Nbf, b.Sub = b.Issuer.ID, b.ID, at.Unix(), b.CredentialSubject.ID
	return b
}

// consistent tells whether the claims say what the credential says.
func (b Badge) consistent() bool {
	at, err := time.Parse(time.RFC3339, b.ValidFrom)
	return err == nil && b.Iss == b.Issuer.ID && b.Jti == b.ID && b.Sub == b.CredentialSubject.ID && b.Nbf == at.Unix() && b.ID != "" && b.Sub != ""
}
