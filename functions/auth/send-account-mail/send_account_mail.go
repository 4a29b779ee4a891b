package main

import (
	"context"
	"errors"
	"fmt"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/mail/letters"
)

// SendAccountMail writes what users must know of their account, and the links they asked for.
type SendAccountMail struct {
	Users  domain.Users
	Owners domain.Owners
	Links  auth.Links
	Post   letters.Post
}

// Do sends nothing for a user who is gone, or whom nobody ever was: forgot-password records that too. Called again it sends the same mail
// again, with the same link.
func (s SendAccountMail) Do(ctx context.Context, event domain.Event) error {
	id, err := event.User()
	if err != nil {
		return err
	}
	user, err := s.Users.User(ctx, id)
	if errors.Is(err, domain.ErrNoUser) {
		return nil
	}
	if err != nil {
		return err
	}
	state := user.State()
	reader := letters.ReaderOf(state)
	switch event.Type {
	case domain.ResetRequested:
		return s.link(ctx, event, letters.Reset, domain.ResetLink, state.ID, reader)
	case domain.VerificationRequested:
		if state.EmailVerified {
			return nil
		}
		return s.link(ctx, event, letters.Verification, domain.VerifyLink, state.ID, reader)
	case domain.EmailChangeRequested:
		return s.change(ctx, event, state)
	case domain.PasswordChanged:
		return s.Post.Send(ctx, event, letters.PasswordChanged, reader, "")
	case domain.UserRoleChanged:
		return s.Post.Send(ctx, event, letters.RoleChanged, reader, "")
	case domain.UserEmailChanged:
		return s.Post.Send(ctx, event, letters.EmailChanged, letters.Reader{Email: state.FormerEmail, Name: state.Username, Verified: state.FormerVerified}, "")
	}
	return fmt.Errorf("no mail is written for %s", event.Type)
}

// change tells the present address, and sends the link to the new one, or a notice there if the address is another account's.
func (s SendAccountMail) change(ctx context.Context, event domain.Event, state domain.UserState) error {
	to := state.PendingEmail
	if to == (domain.Email{}) {
		return nil // done or given up meanwhile
	}
	if err := s.Post.Send(ctx, event, letters.ChangeRequested, letters.ReaderOf(state), ""); err != nil {
		return err
	}
	owner, err := s.Owners.Owner(ctx, to)
	switch {
	case err == nil && owner != state.ID:
		return s.taken(ctx, event, to, owner)
	case err != nil && !errors.Is(err, domain.ErrNoUser):
		return err
	}
	return s.link(ctx, event, letters.ChangeConfirm, domain.EmailChangeLink, state.ID, letters.Reader{Email: to})
}

// taken tells the owner of an address that another account asked for it. An account on its way to
// or from the address may claim it too: then there is nobody to tell.
func (s SendAccountMail) taken(ctx context.Context, event domain.Event, address domain.Email, owner domain.UserID) error {
	user, err := s.Users.User(ctx, owner)
	if errors.Is(err, domain.ErrNoUser) || err == nil && user.State().Email != address {
		return nil
	}
	if err != nil {
		return err
	}
	reader := letters.ReaderOf(user.State())
	reader.Name = domain.Username{} // it names nobody, so that forwarding it tells nothing
	return s.Post.Send(ctx, event, letters.AddressTaken, reader, "")
}

// link sends a letter with a link, unless the event is too old or a newer one has come for such a link.
func (s SendAccountMail) link(ctx context.Context, event domain.Event, letter letters.Kind, kind domain.LinkKind, user domain.UserID, to letters.Reader) error {
	url, err := s.Links.Issue(ctx, kind, user, to.Email, event)
	if errors.Is(err, domain.ErrLink) || errors.Is(err, domain.ErrLinkReplaced) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Post.Send(ctx, event, letter, to, url)
}
