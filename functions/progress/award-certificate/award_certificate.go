package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lyceum/shared/domain"
)

// AwardCertificate makes the certificate of a completed track.
type AwardCertificate struct {
	Users  domain.Users
	Awards domain.Awards
	Signer interface {
		Key() (id string, public []byte, err error)
		Sign(id domain.CertificateID, track domain.Track, holder domain.Username, at time.Time) (string, error)
	}
	Random io.Reader
}

// Do makes one certificate for each user and track, however often the event comes. The public key is kept before anything that it signed
// can be seen. Who is gone gets none.
func (a AwardCertificate) Do(ctx context.Context, event domain.Event) error {
	owner, badUser := domain.ParseID[domain.User](event.Data["userId"])
	track, badTrack := domain.ParseTrack(event.Data["track"])
	if err := errors.Join(badUser, badTrack); err != nil {
		return fmt.Errorf("event %s: %w", event.ID, err)
	}
	if _, err := a.Awards.OfTrack(ctx, owner, track); !errors.Is(err, domain.ErrNoCertificate) {
		return err
	}
	user, err := a.Users.User(ctx, owner)
	if errors.Is(err, domain.ErrNoUser) {
		return nil
	}
	if err != nil {
		return err
	}
	id, err := domain.NewID[domain.Certificate](event.At, a.Random)
	if err != nil {
		return err
	}
	credential, err := a.Signer.Sign(id, track, user.State().Username, event.At)
	if err != nil {
		return err
	}
	kid, key, err := a.Signer.Key()
	if err != nil {
		return err
	}
	if err := a.Awards.KeepKey(ctx, kid, key); err != nil {
		return err
	}
	return a.Awards.Award(ctx, domain.Certificate{ID: id, Owner: owner, Track: track, AwardedAt: event.At, Credential: credential})
}
