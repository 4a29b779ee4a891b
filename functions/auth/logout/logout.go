package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// Logout ends the session that the request's access token belongs to.
type Logout struct{ Sessions domain.SessionEnder }

// In is the request.
type In struct{ Caller domain.Caller }

// Do ends the session at once in this region: neither its access token nor its refresh token is good any more.
func (l Logout) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	return httpapi.NoContent{}, l.Sessions.End(ctx, in.Caller.UserID, in.Caller.SessionID)
}
