package main

import (
	"context"
	"errors"

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
	SignIn   auth.SignIn
	Cost     auth.Argon2id
}

// In is the request.
type In struct {
	Body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
}

// Out is the user and their tokens.
type Out struct {
	User httpapi.Self `json:"user"`
	auth.Tokens
}

// Do answers ErrWrong for an unknown address after the same reads and the same hashing as for a wrong password. What could never have
// been registered (a malformed address, a short password) is simply wrong too.
func (l Login) Do(ctx context.Context, in In) (Out, error) {
	email, emailErr := domain.ParseEmail(in.Body.Email)
	password, passwordErr := auth.ParsePassword(in.Body.Password)
	if emailErr != nil || passwordErr != nil {
		return Out{}, ErrWrong
	}
	user, credential, err := l.Accounts.ByEmail(ctx, email)
	if err != nil && !errors.Is(err, domain.ErrNoUser) {
		return Out{}, err
	}
	matches, err := l.Cost.Matches(password, credential.Hash)
	if err != nil {
		return Out{}, err
	}
	if !matches {
		return Out{}, ErrWrong
	}
	tokens, err := l.SignIn.Open(ctx, user)
	return Out{httpapi.ViewSelf(user), tokens}, err
}
