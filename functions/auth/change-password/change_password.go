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

// ChangePassword gives callers a new password for their current one.
type ChangePassword struct {
	Accounts domain.Passwords
	Sessions domain.SessionEnder
	SignIn   auth.SignIn
	Limits   httpapi.Limits
	Cost     auth.Argon2id
	Now      func() time.Time
	Random   io.Reader
	Log      *slog.Logger
}

// In is the request.
type In struct {
	Caller  domain.Caller
	Request *httpapi.Request
	Body    struct {
		CurrentPassword string `json:"currentPassword"`
		NewPassword     string `json:"newPassword"`
	}
}

// Do ends all sessions, then stores the new hash, then ends those that the old password opened at
// the same time, then opens a session for this device: a client replaces its tokens with the
// answer's. When it dies between, the user signs in anew, with the old password or the new one.
// Tries are limited and locked as those of login, so that a stolen session is no place to guess the
// password, in a count of their own, which strangers at the login do not reach.
func (c ChangePassword) Do(ctx context.Context, in In) (auth.Tokens, error) {
	var bad fault.Details
	current, err := auth.EnteredPassword(in.Body.CurrentPassword)
	bad.Add("currentPassword", err)
	next, err := auth.ParsePassword(in.Body.NewPassword)
	bad.Add("newPassword", err)
	if err := bad.Err(); err != nil {
		return auth.Tokens{}, err
	}
	if in.Body.NewPassword == in.Body.CurrentPassword {
		return auth.Tokens{}, fault.InField("newPassword", auth.ErrSamePassword)
	}
	if err := auth.RefuseCommon("newPassword", next); err != nil {
		return auth.Tokens{}, err
	}
	user, credential, err := c.Accounts.Account(ctx, in.Caller.UserID)
	if err != nil {
		return auth.Tokens{}, err
	}
	matches, err := c.Limits.Try(ctx, httpapi.PasswordUser, httpapi.Hashed(user.ID().String()), func() (bool, error) {
		return c.Cost.Matches(current, credential.Hash)
	})
	if err != nil {
		return auth.Tokens{}, err
	}
	if !matches {
		return auth.Tokens{}, fault.InField("currentPassword", auth.ErrWrongPassword)
	}
	hash, err := c.Cost.Hash(next, c.Random)
	if err != nil {
		return auth.Tokens{}, err
	}
	now := domain.Millis(c.Now())
	if err := c.Sessions.EndAll(ctx, user.ID(), now); err != nil {
		return auth.Tokens{}, err
	}
	changed, err := domain.NewEvent(domain.PasswordChanged, now, c.Random, map[string]string{"userId": user.ID().String()})
	if err != nil {
		return auth.Tokens{}, err
	}
	set := credential.Next(hash, now)
	if err := c.Accounts.ChangePassword(ctx, user.ID(), credential.Hash, set, changed); err != nil {
		return auth.Tokens{}, err
	}
	auth.EndOfPassword(ctx, c.Sessions, user.ID(), set, c.Log)
	signIn := c.SignIn
	signIn.Now = func() time.Time { return now.Add(time.Millisecond) } // after what was ended
	return signIn.Open(ctx, user, set, in.Request.Device())
}
