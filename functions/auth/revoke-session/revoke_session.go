package main

import (
	"context"
	"slices"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// RevokeSession ends one of the caller's sessions, such as that of a lost phone.
type RevokeSession struct {
	List  domain.SessionList
	Ender domain.SessionEnder
}

// In is the request.
type In struct {
	Caller    domain.Caller
	SessionID domain.SessionID `path:"id"`
}

// Do answers domain.ErrNoSession for a session that does not stand or is somebody else's: asking again after it was ended is that too.
func (r RevokeSession) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	sessions, err := r.List.List(ctx, in.Caller.UserID)
	if err != nil {
		return httpapi.NoContent{}, err
	}
	if !slices.ContainsFunc(sessions, func(s domain.Session) bool { return s.ID == in.SessionID }) {
		return httpapi.NoContent{}, domain.ErrNoSession
	}
	return httpapi.NoContent{}, r.Ender.End(ctx, in.Caller.UserID, in.SessionID)
}
