package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetUser shows a user to anybody who is signed in.
type GetUser struct{ Users domain.Users }

// In is the request.
type In struct {
	Caller domain.Caller
	UserID domain.UserID `path:"id"`
}

// Do answers the public view, to the user themselves too: GET /api/users/me has the rest.
func (g GetUser) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	user, err := g.Users.User(ctx, in.UserID)
	if err != nil {
		return httpapi.Versioned{}, err
	}
	return httpapi.Versioned{View: httpapi.ViewUser(user), Version: user.State().Version}, nil
}
