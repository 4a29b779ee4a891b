package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// RevokeSession ends one of the caller's sessions, such as that of a lost phone.
type RevokeSession struct {
	Owners domain.SessionOwners
	Ender  domain.SessionEnder
}

// In is the request.
type In struct {
	Caller    domain.Caller
	SessionID domain.SessionID `path:"id"`
}

// Do answers domain.ErrNoSession for what is no session of the caller's. One that has ended is ended again: that is no error.
func (r RevokeSession) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	owns, err := r.Owners.Owns(ctx, in.Caller.UserID, in.SessionID)
	if err == nil && !owns {
		err = domain.ErrNoSession
	}
	if err != nil {
		return httpapi.NoContent{}, err
	}
	return httpapi.NoContent{}, r.Ender.End(ctx, in.Caller.UserID, in.SessionID)
}
