package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// LogoutAll ends every session of the caller, on all devices.
type LogoutAll struct {
	Sessions domain.SessionEnder
	Now      func() time.Time
}

// In is the request.
type In struct{ Caller domain.Caller }

// Do costs one write, however many sessions there are.
func (l LogoutAll) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	return httpapi.NoContent{}, l.Sessions.EndAll(ctx, in.Caller.UserID, l.Now())
}
