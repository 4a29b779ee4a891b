package main

import (
	"context"
	"errors"
	"log/slog"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/events"
)

// OnObjectCreated confirms what arrived in staging for clients that vanish before they do it
// themselves, and removes at once what nobody waits for: a form can be used until it expires, also
// when its upload was deleted, or its user erased.
type OnObjectCreated struct {
	Confirmation domain.Confirmation
	Staging      interface {
		// Remove deletes objects for good: staging keeps no versions.
		Remove(ctx context.Context, keys ...string) error
	}
	Log *slog.Logger
}

// Do has nothing left to do when the upload is confirmed, refused or gone: only a dependency that does not answer lets the event come again.
func (o OnObjectCreated) Do(ctx context.Context, object events.Object) error {
	owner, id, err := domain.ParseStagingKey(object.Key)
	if err == nil {
		_, err = o.Confirmation.Do(ctx, owner, id)
		if errors.Is(err, domain.ErrNoUpload) {
			if removed := o.Staging.Remove(ctx, object.Key); removed != nil {
				return removed
			}
		}
	}
	if f := fault.As(err); err != nil && f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		o.Log.LogAttrs(ctx, slog.LevelInfo, "upload not confirmed", slog.String("uploadId", id.String()), slog.String("code", f.Code))
		return nil
	}
	return err
}
