package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// ConfirmEmailChange makes the address that a link was sent to the user's.
type ConfirmEmailChange struct {
	Links   domain.Links
	Changes domain.EmailChanges
	Now     func() time.Time
	Random  io.Reader
}

// In is the request.
type In struct {
	Body struct {
		Token string `json:"token"`
	}
}

// Do needs no sign-in: the link may be opened on another device. It goes on where an earlier try stopped. domain.ErrEmailTaken when
// another account got the address first.
func (c ConfirmEmailChange) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	var none httpapi.NoContent
	now := c.Now()
	user, credential, link, err := auth.OpenLink(ctx, c.Links, domain.EmailChangeLink, in.Body.Token, now)
	if err != nil {
		return none, err
	}
	httpapi.About(ctx, user, link.Email)
	if err := link.OutlivedBy(credential); err != nil {
		return none, err
	}
	if s := user.State(); s.PendingEmail != link.Email && s.Email != link.Email {
		return none, domain.ErrLink
	}
	_, err = c.Changes.SwitchEmail(ctx, link, func(u *domain.User) (*domain.Event, error) { return u.SwitchEmail(link.Email, now, c.Random) })
	return none, err
}
