package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// ResendVerification has a new link sent that verifies the caller's address.
type ResendVerification struct {
	Users  domain.Users
	Outbox domain.Outbox
	Limits httpapi.Limits
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Caller domain.Caller
}

// Out says what happens.
type Out struct {
	Message string `json:"message"`
}

// Do records the event whose consumer writes the mail. domain.ErrVerified when there is nothing to verify.
func (r ResendVerification) Do(ctx context.Context, in In) (Out, error) {
	user, err := r.Users.User(ctx, in.Caller.UserID)
	if err != nil {
		return Out{}, err
	}
	if user.State().EmailVerified {
		return Out{}, domain.ErrVerified
	}
	if err := r.Limits.ByAccount(ctx, httpapi.MailAddress, user.State().Email); err != nil {
		return Out{}, err
	}
	event, err := domain.NewEvent(domain.VerificationRequested, r.Now(), r.Random, map[string]string{"userId": user.ID().String()})
	if err != nil {
		return Out{}, err
	}
	return Out{"A link is on its way to your address."}, r.Outbox.Record(ctx, event)
}
