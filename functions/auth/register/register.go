package main

import (
	"context"
	"errors"
	"io"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// Register makes an account and signs its owner in.
type Register struct {
	Accounts domain.Registry
	SignIn   auth.SignIn
	Cost     auth.Argon2id
	Now      func() time.Time
	Random   io.Reader
}

// In is the request.
type In struct {
	Request *httpapi.Request
	Body    struct {
		Email    string `json:"email"`
		Username string `json:"username"`
		Password string `json:"password"`
	}
}

// Out is the new user and their tokens.
type Out struct {
	User httpapi.Self `json:"user"`
	auth.Tokens
	DeviceToken string `json:"deviceToken"` // as of login: this device is known from the beginning
}

// Do answers fault.Invalid with every field that breaks a rule, auth.ErrCommonPassword when that is all, or domain.ErrEmailTaken. An
// account without a session can be left when the last write fails: the answer is then 503, and login works.
func (r Register) Do(ctx context.Context, in In) (Out, error) {
	var bad fault.Details
	email, err := domain.ParseEmail(in.Body.Email)
	bad.Add("email", err)
	name, err := domain.ParseUsername(in.Body.Username)
	bad.Add("username", err)
	password, err := auth.ParsePassword(in.Body.Password)
	if err == nil {
		err = auth.RefuseCommon("password", password)
	}
	bad.Add("password", err)
	if len(bad) == 1 && errors.Is(err, auth.ErrCommonPassword) {
		return Out{}, err
	}
	if err := bad.Err(); err != nil {
		return Out{}, err
	}
	hash, err := r.Cost.Hash(password, r.Random)
	if err != nil {
		return Out{}, err
	}
	now := r.Now()
	user, created, err := domain.NewUser(email, name, now, r.Random)
	if err != nil {
		return Out{}, err
	}
	credential := domain.Credential{}.Next(hash, now)
	if err := r.Accounts.Register(ctx, user, credential, created); err != nil {
		return Out{}, err
	}
	httpapi.About(ctx, user, email)
	tokens, err := r.SignIn.Open(ctx, user, credential, in.Request.Device())
	if err != nil {
		return Out{}, err
	}
	device, err := r.SignIn.Refresh.Device(email.String(), credential, r.Random)
	return Out{httpapi.ViewSelf(user), tokens, device}, err
}
