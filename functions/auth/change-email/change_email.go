package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ChangeEmail begins the change of a caller's address.
type ChangeEmail struct {
	Accounts domain.Passwords
	Users    domain.UserChanges
	Limits   httpapi.Limits
	Cost     auth.Argon2id
	Now      func() time.Time
	Random   io.Reader
}

// In is the request.
type In struct {
	Caller domain.Caller
	Body   struct {
		NewEmail string `json:"newEmail"`
		Password string `json:"password"`
	}
}

// Out is the same for every address.
type Out struct {
	Message string `json:"message"`
}

// Do remembers the address with the event whose consumer writes the mails: the link to the new
// address, the notice to the present one. Whether another account has the address is for the
// consumer too, so the answer does not tell. Nothing else changes until the link is followed.
// Whoever asks for the address they have keeps it: that cancels a change that waits for its link.
// The password is asked because a stolen session must not become a stolen account.
func (c ChangeEmail) Do(ctx context.Context, in In) (Out, error) {
	var bad fault.Details
	email, err := domain.ParseReachable(in.Body.NewEmail)
	bad.Add("newEmail", err)
	password, err := auth.EnteredPassword(in.Body.Password)
	bad.Add("password", err)
	if err := bad.Err(); err != nil {
		return Out{}, err
	}
	user, credential, err := c.Accounts.Account(ctx, in.Caller.UserID)
	if err != nil {
		return Out{}, err
	}
	cancels := user.State().Email == email && user.State().PendingEmail != (domain.Email{})
	if user.State().Email == email && !cancels {
		return Out{}, fault.InField("newEmail", domain.ErrSameEmail)
	}
	matches, err := c.Limits.Try(ctx, httpapi.PasswordUser, httpapi.Hashed(user.ID().String()), func() (bool, error) {
		return c.Cost.Matches(password, credential.Hash)
	})
	if err != nil {
		return Out{}, err
	}
	if !matches {
		return Out{}, fault.InField("password", auth.ErrWrongPassword)
	}
	if cancels {
		_, err = c.Users.Update(ctx, user.ID(), func(u *domain.User) (*domain.Event, error) { return u.KeepEmail(c.Now(), c.Random) })
		return Out{"Your address stays. The link to the other one works no more."}, err
	}
	if err := c.Limits.ByAccount(ctx, httpapi.MailAddress, email); err != nil {
		return Out{}, err
	}
	_, err = c.Users.Update(ctx, user.ID(), func(u *domain.User) (*domain.Event, error) { return u.AskEmail(email, c.Now(), c.Random) })
	return Out{"A link is on its way to the new address. Until it is opened the present one stays."}, err
}
