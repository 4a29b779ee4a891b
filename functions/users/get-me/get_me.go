package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetMe shows callers themselves.
type GetMe struct{ Users domain.Users }

// In is the request.
type In struct{ Caller domain.Caller }

// Do answers domain.ErrNoUser when the account is gone while its token still lives.
func (g GetMe) Do(ctx context.Context, in In) (httpapi.Self, error) {
	user, err := g.Users.User(ctx, in.Caller.UserID)
	if err != nil {
		return httpapi.Self{}, err
	}
	return httpapi.ViewSelf(user), nil
}
