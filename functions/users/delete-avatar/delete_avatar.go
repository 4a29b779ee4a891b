package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// DeleteAvatar takes the caller's picture away. The upload stays a file of theirs.
type DeleteAvatar struct{ Avatars domain.AvatarChanges }

// In is the request.
type In struct{ Caller domain.Caller }

// Do is no error when there is none.
func (d DeleteAvatar) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	return httpapi.NoContent{}, d.Avatars.RemoveAvatar(ctx, in.Caller.UserID)
}
