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

// Do answers the ETag that changes take as If-Match, or domain.ErrNoUser when the account is gone
// while its token still lives.
func (g GetMe) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	user, err := g.Users.User(ctx, in.Caller.UserID)
	if err != nil {
		return httpapi.Versioned{}, err
	}
	return httpapi.Versioned{View: httpapi.ViewSelf(user), Version: user.State().Version}, nil
}
