package main

import (
	"context"
	"errors"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/mail/letters"
)

// SendWelcomeMail greets new users with the link that verifies their address.
type SendWelcomeMail struct {
	Users domain.Users
	Links auth.Links
	Post  letters.Post
}

// Do sends nothing to users who are gone or verified, or asked for another link since. Called again
// it sends the same mail again. The name is left out, as the address is not verified.
func (s SendWelcomeMail) Do(ctx context.Context, event domain.Event) error {
	id, err := event.User()
	if err != nil {
		return err
	}
	user, err := s.Users.User(ctx, id)
	if errors.Is(err, domain.ErrNoUser) || err == nil && user.State().EmailVerified {
		return nil
	}
	if err != nil {
		return err
	}
	to := user.State().Email
	link, err := s.Links.Issue(ctx, domain.VerifyLink, id, to, event)
	if errors.Is(err, domain.ErrLink) || errors.Is(err, domain.ErrLinkReplaced) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Post.Send(ctx, event, letters.Welcome, letters.ReaderOf(user.State()), link)
}
