package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// VerifyEmail records that a user reads the mail of their address.
type VerifyEmail struct {
	Links  domain.Links
	Users  domain.UserChanges
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Body struct {
		Token string `json:"token"`
	}
}

// Do has an effect once. Who repeats it, because the answer was lost or a mail program opened the link first, is answered the same while
// the link's time is not over.
func (v VerifyEmail) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	now := v.Now()
	user, _, link, err := auth.OpenLink(ctx, v.Links, domain.VerifyLink, in.Body.Token, now)
	if err != nil {
		return httpapi.NoContent{}, err
	}
	httpapi.About(ctx, user, link.Email)
	_, err = v.Users.Update(ctx, link.UserID, func(u *domain.User) (*domain.Event, error) {
		return u.VerifyEmail(link.Email, now, v.Random)
	})
	return httpapi.NoContent{}, err
}
