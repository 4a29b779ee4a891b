package main

import (
	"context"
	"errors"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ForgotPassword has a link to a new password sent to an address, if it is an account's.
type ForgotPassword struct {
	Owners domain.Owners
	Outbox domain.Outbox
	Limits httpapi.Limits
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Body struct {
		Email string `json:"email"`
	}
}

// Out is the same for every address.
type Out struct {
	Message string `json:"message"`
}

// Do asks and writes the same for every address: of one that nobody has it records the event too, with an id that nobody has, so that
// neither time nor size tells whether there is an account. The mail is written by the event's consumer.
func (f ForgotPassword) Do(ctx context.Context, in In) (Out, error) {
	email, err := domain.ParseEmail(in.Body.Email)
	if err != nil {
		return Out{}, fault.InField("email", domain.ErrEmail)
	}
	if err := f.Limits.ByAccount(ctx, httpapi.MailAddress, email); err != nil {
		return Out{}, err
	}
	now := f.Now()
	nobody, err := domain.NewID[domain.User](now, f.Random)
	if err != nil {
		return Out{}, err
	}
	owner, err := f.Owners.Owner(ctx, email)
	if errors.Is(err, domain.ErrNoUser) {
		owner, err = nobody, nil
	}
	if err != nil {
		return Out{}, err
	}
	event, err := domain.NewEvent(domain.ResetRequested, now, f.Random, map[string]string{"userId": owner.String()})
	if err != nil {
		return Out{}, err
	}
	return Out{"If this address has an account, a link to a new password is on its way."}, f.Outbox.Record(ctx, event)
}
