package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// SetRole gives a user a role. More power is in their tokens from the next sign-in or refresh on;
// less ends their sessions.
type SetRole struct {
	Users    domain.UserChanges
	Admins   domain.Admins
	Sessions domain.SessionEnder
	Now      func() time.Time
	Random   io.Reader
}

// In is the request.
type In struct {
	Caller  domain.Caller
	UserID  domain.UserID `path:"id"`
	IfMatch httpapi.IfMatch
	Body    struct {
		Role *string `json:"role"` // learner, editor or admin
	}
}

// Do lets admins through alone. They cannot change their own role, and however many change each
// other's at once, one admin stays. A role that gives no more power than before ends the user's
// sessions: also one that they have already, as the first try may have died before that.
func (s SetRole) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	if err := in.Caller.MustBeAdmin(); err != nil {
		return none, err
	}
	if in.Body.Role == nil {
		return none, fault.InField("role", fault.ErrMissing)
	}
	role, err := domain.ParseRole(*in.Body.Role)
	if err != nil {
		return none, fault.InField("role", domain.ErrRole)
	}
	if in.Caller.UserID == in.UserID {
		return none, domain.ErrOwnRole
	}
	raised := false
	user, err := s.Users.Update(ctx, in.UserID, func(user *domain.User) (*domain.Event, error) {
		httpapi.About(ctx, user, domain.Email{})
		if err := in.IfMatch.Check(user.State().Version); err != nil {
			return nil, err
		}
		if err := user.MayHold(role); err != nil {
			return nil, err
		}
		raised = role.Above(user.Role())
		if err := s.Admins.SetAdmin(ctx, in.UserID, role == domain.Admin, in.Caller.UserID); err != nil {
			return nil, err
		}
		return user.SetRole(role, s.Now(), s.Random)
	})
	if err == nil && !raised {
		err = s.Sessions.EndAll(ctx, in.UserID, s.Now())
	}
	if err != nil {
		return none, err
	}
	return httpapi.Versioned{View: httpapi.ViewForAdmin(user), Version: user.State().Version}, nil
}
