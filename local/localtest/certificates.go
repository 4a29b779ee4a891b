package localtest

import (
	"crypto/rand"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// NewCertificate awards a user the certificate of a track, signed as award-certificate does.
func (s *Stand) NewCertificate(t testing.TB, user User, track string, at time.Time) domain.Certificate {
	t.Helper()
	name, err := domain.ParseTrack(track)
	must(t, err)
	account, err := dynamo.Accounts{Table: s.Table("IDENTITY_TABLE"), Now: time.Now}.User(t.Context(), user.ID)
	must(t, err)
	id, err := domain.NewID[domain.Certificate](at, rand.Reader)
	must(t, err)
	certifier := s.Env(t, "progress/award-certificate").Certifier()
	credential, err := certifier.Sign(id, name, account.State().Username, at)
	must(t, err)
	kid, key, err := certifier.Key()
	must(t, err)
	store := dynamo.Certificates{Table: s.Table("LEARNING_TABLE")}
	must(t, store.KeepKey(t.Context(), kid, key))
	c := domain.Certificate{ID: id, Owner: user.ID, Track: name, AwardedAt: domain.Millis(at), Credential: credential}
	must(t, store.Award(t.Context(), c))
	return c
}
