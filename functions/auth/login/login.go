package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ErrWrong is the one answer to an unknown address and to a wrong password.
var ErrWrong = fault.New(fault.Unauthenticated, "auth.credentials_wrong", "E-mail address or password is wrong.")

// Login signs a user in.
type Login struct {
	Accounts domain.Credentials
	Hashes   domain.Rehasher
	Limits   httpapi.Limits
	SignIn   auth.SignIn
	Cost     auth.Argon2id
	Random   io.Reader
	Log      *slog.Logger
}

// In is the request.
type In struct {
	Request *httpapi.Request
	Body    struct {
		Email    string `json:"email"`
		Password string `json:"password"`
		// DeviceToken is what an earlier login of this device was answered: strangers' wrong passwords then do not lock it out.
		DeviceToken string `json:"deviceToken"`
	}
}

// Out is the user, their tokens, and what makes this device known the next time.
type Out struct {
	User httpapi.Self `json:"user"`
	auth.Tokens
	DeviceToken string `json:"deviceToken"`
}

// Do answers ErrWrong for an unknown address after the same calls and the same hashing as for a
// wrong password. What can be no account's (a malformed address, an empty password) is simply wrong
// too, and is not counted. Of an address that is tried too often or was wrong too often, known or
// not, it answers httpapi.ErrRateLimited or httpapi.ErrLocked before it reads anything; so it does
// to a source that was wrong too often, whichever addresses it tried. A device's token ends with
// the password that it knew.
func (l Login) Do(ctx context.Context, in In) (Out, error) {
	email, emailErr := domain.ParseEmail(in.Body.Email)
	password, passwordErr := auth.EnteredPassword(in.Body.Password)
	if emailErr != nil || passwordErr != nil {
		return Out{}, ErrWrong
	}
	account, device := email.String(), in.Body.DeviceToken
	subject := httpapi.Hashed(account)
	knew, known := l.SignIn.Refresh.IsDevice(device, account)
	if known {
		subject = httpapi.Hashed(account + "\n" + device)
	}
	var user *domain.User
	var credential domain.Credential
	matches, err := l.Limits.Try(ctx, httpapi.LoginAccount, subject, func() (bool, error) {
		return l.Limits.Guess(ctx, httpapi.LoginSource, in.Request, func() (matches bool, err error) {
			user, credential, err = l.Accounts.ByEmail(ctx, email)
			if err != nil && !errors.Is(err, domain.ErrNoUser) {
				return false, err
			}
			compare := func() (bool, error) { return l.Cost.Matches(password, credential.Hash) }
			if known && knew.Before(credential.ChangedAt) { // it knew an older password: as a stranger's
				known = false
				return l.Limits.Try(ctx, httpapi.LoginAccount, httpapi.Hashed(account), compare)
			}
			return compare()
		})
	})
	if err != nil {
		return Out{}, err
	}
	httpapi.About(ctx, user, email)
	if !matches {
		return Out{}, ErrWrong
	}
	if !known {
		if device, err = l.SignIn.Refresh.Device(account, credential, l.Random); err != nil {
			return Out{}, err
		}
	}
	tokens, err := l.SignIn.Open(ctx, user, credential, in.Request.Device())
	if err == nil && l.Cost.Outdated(credential.Hash) {
		l.upgrade(ctx, user.ID(), password, credential.Hash)
	}
	return Out{httpapi.ViewSelf(user), tokens, device}, err
}

// upgradeTimeout bounds how long a login waits for an upgrade to be stored.
const upgradeTimeout = time.Second

// upgrade stores a hash of the present format and cost in place of the one read. If it fails, the login stands and the next one tries.
func (l Login) upgrade(ctx context.Context, id domain.UserID, password auth.Password, read string) {
	hash, err := l.Cost.Hash(password, l.Random)
	if err == nil {
		limited, cancel := context.WithTimeout(ctx, upgradeTimeout)
		defer cancel()
		err = l.Hashes.Rehash(limited, id, read, hash)
	}
	if err != nil {
		l.Log.WarnContext(ctx, "the password's hash was not upgraded", "userId", id.String(), "cause", err.Error())
	}
}
