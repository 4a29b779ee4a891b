package domain

import (
	"context"
	"errors"
	"io"
	"time"

	"lyceum/shared/domain/fault"
)

// ErrStagedChanged is returned when the bytes that were judged have been sent anew meanwhile.
var ErrStagedChanged = fault.New(fault.Conflict, "upload.changed", "The file was sent again meanwhile. Confirm it once more.")

// StagedFiles are objects of one bucket on their way from staging to their final key.
type StagedFiles interface {
	// Staged is size and ETag of an object. ErrNotUploaded when there is none.
	Staged(ctx context.Context, key string) (size int64, etag string, err error)
	// Open reads ranges of the object as long as it has that ETag, else ErrStagedChanged.
	Open(ctx context.Context, key, etag string) io.ReaderAt
	// Promote copies the object with that ETag to a key that has none yet, and tells the ETag there. If the key has one already, made by
	// an earlier try, that stays. ErrStagedChanged when the object has another ETag.
	Promote(ctx context.Context, from, etag, to, contentType string) (string, error)
	// Remove deletes objects, whether they are there or not.
	Remove(ctx context.Context, keys ...string) error
}

// Confirmation makes a file of what has arrived in staging, whoever asks for it: its client, the last of its parts, or S3's own event. It
// can be asked any number of times, at once too, and die at any moment: the copy comes before the record, the record is changed
// once and with its event, and staging is cleared last, if not here then by the bucket's lifecycle.
type Confirmation struct {
	Uploads interface {
		Uploads
		UploadChanges
	}
	Files  func(Place) StagedFiles
	Now    func() time.Time
	Random io.Reader
}

// Do answers the confirmed upload, or the fault it was refused with, now or earlier.
func (c Confirmation) Do(ctx context.Context, owner UserID, id UploadID) (*Upload, error) {
	u, err := c.Uploads.Upload(ctx, owner, id)
	if err != nil {
		return nil, err
	}
	if u.state.Status != StatusRequested {
		return settled(u)
	}
	files := c.Files(u.state.Place)
	etag, pixels, err := c.promote(ctx, files, u)
	if errors.Is(err, ErrNotUploaded) || errors.Is(err, ErrStagedChanged) { // or confirmed by somebody else since, who cleared staging
		if u, again := c.Uploads.Upload(ctx, owner, id); again == nil && u.state.Status != StatusRequested {
			return settled(u)
		}
	}
	reason := fault.As(err)
	final := err != nil && isRefusal(reason)
	if err != nil && !final {
		return nil, err
	}
	now, err := c.Uploads.Change(ctx, owner, id, func(u *Upload) (*Event, error) {
		if final {
			u.Refuse(reason)
		}
		if u.Refusal() != nil {
			return nil, nil
		}
		return u.Confirm(etag, pixels, c.Now(), c.Random)
	})
	gone := errors.Is(err, ErrNoUpload) || err == nil && now.state.Status != StatusConfirmed
	if err != nil && !gone {
		return nil, err
	}
	keys := []string{u.StagingKey()} // if it stays, the lifecycle removes it
	if gone && !final {              // deleted or refused meanwhile
		keys = append(keys, u.state.Key)
	}
	if removed := files.Remove(ctx, keys...); gone && !final && removed != nil {
		return nil, removed
	}
	if err != nil {
		return nil, err
	}
	return settled(now)
}

// promote judges the bytes and copies those that it judged.
func (c Confirmation) promote(ctx context.Context, files StagedFiles, u *Upload) (etag string, pixels int64, err error) {
	s := u.state
	size, staged, err := files.Staged(ctx, u.StagingKey())
	if err != nil {
		return "", 0, err
	}
	if size != s.Size {
		return "", 0, ErrSizeMismatch
	}
	kind, err := Inspect(files.Open(ctx, u.StagingKey(), staged), size)
	if err != nil {
		return "", 0, err
	}
	if kind.Type != s.ContentType {
		return "", 0, ErrTypeMismatch
	}
	etag, err = files.Promote(ctx, u.StagingKey(), staged, s.Key, kind.Type)
	return etag, kind.Pixels, err
}

func isRefusal(f *fault.Error) bool {
	for _, reason := range refusals {
		if errors.Is(f, reason) {
			return true
		}
	}
	return false
}

func settled(u *Upload) (*Upload, error) {
	if err := u.Refusal(); err != nil {
		return nil, err
	}
	return u, nil
}
