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
		TimeZone string `json:"timeZone"` // of the IANA database; without it UTC
	}
}

// Out is the new user and their tokens.
type Out struct {
	User httpapi.Self `json:"user"`
	auth.Tokens
	DeviceToken string `json:"deviceToken"` // as of login: this device is known from the beginning
}

// Location is where others see the new user.
func (o Out) Location() string { return "/api/users/" + o.User.ID }

// Do answers fault.Invalid with every field that breaks a rule, auth.ErrCommonPassword when that is all, or domain.ErrEmailTaken. An
// account without a session can be left when the last write fails: the answer is then 503, and login works.
func (r Register) Do(ctx context.Context, in In) (Out, error) {
	var bad fault.Details
	email, err := domain.ParseReachable(in.Body.Email)
	bad.Add("email", err)
	name, err := domain.ParseUsername(in.Body.Username)
	bad.Add("username", err)
	password, err := auth.ParsePassword(in.Body.Password)
	var common error
	if err == nil {
		err = auth.RefuseCommon("password", password)
	}
	if errors.Is(err, auth.ErrCommonPassword) {
		common = err
	}
	bad.Add("password", err)
	var zone domain.Zone
	if in.Body.TimeZone != "" {
		zone, err = domain.ParseZone(in.Body.TimeZone)
		bad.Add("timeZone", err)
	}
	if len(bad) == 1 && common != nil {
		return Out{}, common
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
	user.Live(zone)
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
