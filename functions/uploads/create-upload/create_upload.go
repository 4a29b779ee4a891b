package main

import (
	"context"
	"errors"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// CreateUpload keeps a small file that travels through the function.
type CreateUpload struct {
	Uploads domain.UploadWriter
	Objects interface {
		Put(ctx context.Context, key, contentType string, content []byte) error
		Remove(ctx context.Context, keys ...string) error
	}
	Place  domain.Place
	Quota  domain.Usage
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Caller  domain.Caller
	File    httpapi.File
	Request *httpapi.Request
}

// Do stores the bytes before the record, so a record always has its bytes. Bytes whose record failed are found by nobody, unless the
// request had an Idempotency-Key and comes again: then it makes the same upload.
func (c CreateUpload) Do(ctx context.Context, in In) (httpapi.UploadView, error) {
	var none httpapi.UploadView
	now, random := httpapi.Once(ctx, c.Now(), c.Random)
	upload, confirmed, err := domain.NewUpload(in.Caller.UserID, c.Place, in.File.Name, in.File.Content, now, random)
	if err != nil {
		return none, err
	}
	s := upload.State()
	if err := c.Objects.Put(ctx, s.Key, s.ContentType, in.File.Content); err != nil {
		return none, err
	}
	if err := c.Uploads.Create(ctx, upload, c.Quota, confirmed); err != nil {
		if fault.As(err).Kind == fault.Conflict { // there is no place for it
			err = errors.Join(err, c.Objects.Remove(ctx, s.Key))
		}
		return none, err
	}
	return httpapi.ViewUpload(upload, in.Request), nil
}
