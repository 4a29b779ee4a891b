package main

import (
	"context"
	"errors"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// DeleteUpload removes a file, or gives up one that has not arrived.
type DeleteUpload struct {
	Uploads interface {
		domain.Uploads
		domain.UploadChanges
	}
	Files  func(domain.Place) Files
	Now    func() time.Time
	Random io.Reader
}

// Files removes objects of one bucket, whether they are there or not.
type Files interface {
	Remove(ctx context.Context, keys ...string) error
	Abort(ctx context.Context, u *domain.Upload) error
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
}

// Do removes the bytes first: what dies between can be repeated, and nothing is left that no record names. What is gone is gone: deleting it
// again is no error.
func (d DeleteUpload) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	var none httpapi.NoContent
	upload, err := d.Uploads.Upload(ctx, in.Caller.UserID, in.UploadID)
	if errors.Is(err, domain.ErrNoUpload) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	s := upload.State()
	files := d.Files(s.Place)
	if s.Status == domain.StatusRequested && s.Parts != "" {
		if err := files.Abort(ctx, upload); err != nil {
			return none, err
		}
	}
	if err := files.Remove(ctx, upload.Objects()...); err != nil {
		return none, err
	}
	removed := upload.Objects()
	_, err = d.Uploads.Change(ctx, s.Owner, s.ID, func(u *domain.Upload) (*domain.Event, error) {
		upload = domain.RestoreUpload(u.State()) // as it was deleted
		return u.Delete(d.Now(), d.Random)
	})
	if errors.Is(err, domain.ErrNoUpload) {
		return none, nil
	}
	if err == nil && len(upload.Objects()) != len(removed) { // confirmed, or given thumbnails, meanwhile
		err = files.Remove(ctx, upload.Objects()...)
	}
	return none, err
}
