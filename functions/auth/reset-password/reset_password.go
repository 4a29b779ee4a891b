package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ResetPassword gives an account a new password for a link that was sent to its address.
type ResetPassword struct {
	Links    domain.Links
	Users    domain.UserChanges
	Accounts domain.Passwords
	Sessions domain.SessionEnder
	Limits   httpapi.Limits
	Cost     auth.Argon2id
	Now      func() time.Time
	Random   io.Reader
	Log      *slog.Logger
}

// In is the request.
type In struct {
	Body struct {
		Token    string `json:"token"`
		Password string `json:"password"`
	}
}

// Do verifies the address, ends all sessions and stores the hash, in this order. The last write
// decides: it happens if the password is still the one that was read, and from then on the password
// is younger than the link, which ends it. So of any number of tries one changes the password, and
// what dies before leaves a link that works. Then the login forgets the wrong passwords, and what
// the old password opened at the same time ends.
func (r ResetPassword) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	var none httpapi.NoContent
	password, err := auth.ParsePassword(in.Body.Password)
	if err != nil {
		return none, fault.InField("password", auth.ErrPassword)
	}
	if err := auth.RefuseCommon("password", password); err != nil {
		return none, err
	}
	now := domain.Millis(r.Now())
	user, credential, link, err := auth.OpenLink(ctx, r.Links, domain.ResetLink, in.Body.Token, now)
	if err != nil {
		return none, err
	}
	httpapi.About(ctx, user, link.Email)
	if err := link.OutlivedBy(credential); err != nil {
		return none, err
	}
	if user.State().Email != link.Email {
		return none, domain.ErrLink
	}
	hash, err := r.Cost.Hash(password, r.Random)
	if err != nil {
		return none, err
	}
	if !user.State().EmailVerified {
		if _, err := r.Users.Update(ctx, user.ID(), func(u *domain.User) (*domain.Event, error) {
			return u.VerifyEmail(link.Email, now, r.Random)
		}); err != nil {
			return none, err
		}
	}
	if err := r.Sessions.EndAll(ctx, user.ID(), now); err != nil {
		return none, err
	}
	changed, err := domain.NewEvent(domain.PasswordChanged, now, r.Random, map[string]string{"userId": user.ID().String()})
	if err != nil {
		return none, err
	}
	if now.Before(link.IssuedAt) { // another region's clock is ahead
		now = link.IssuedAt
	}
	set := credential.Next(hash, now)
	if err := r.Accounts.ChangePassword(ctx, user.ID(), credential.Hash, set, changed); err != nil {
		return none, err
	}
	r.Limits.Unlock(ctx, link.Email)
	auth.EndOfPassword(ctx, r.Sessions, user.ID(), set, r.Log)
	return none, nil
}
