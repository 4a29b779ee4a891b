package main

import (
	"context"
	"errors"
	"fmt"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
	"lyceum/shared/objects"
)

// ErrPartsMissing is returned while S3 has not all parts; the details name the first that are missing.
var ErrPartsMissing = fault.New(fault.Conflict, "upload.parts_missing", "Not all parts have arrived.")

// CompleteMultipart joins the parts of a file and confirms it.
type CompleteMultipart struct {
	Uploads      domain.Uploads
	Places       func(domain.Place) objects.Bucket
	Confirmation domain.Confirmation
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
	Request  *httpapi.Request
}

// Do can be repeated: parts that were joined are not there any more, and what they became is confirmed as if it had been sent whole.
func (c CompleteMultipart) Do(ctx context.Context, in In) (httpapi.UploadView, error) {
	var none httpapi.UploadView
	upload, err := c.Uploads.Upload(ctx, in.Caller.UserID, in.UploadID)
	if err != nil {
		return none, err
	}
	if upload.TakesParts() == nil {
		if err := c.join(ctx, upload); err != nil && !errors.Is(err, domain.ErrNotInParts) {
			return none, err
		}
	}
	if upload, err = c.Confirmation.Do(ctx, in.Caller.UserID, in.UploadID); err != nil {
		return none, err
	}
	return httpapi.ViewUpload(upload, in.Request), nil
}

func (c CompleteMultipart) join(ctx context.Context, upload *domain.Upload) error {
	bucket := c.Places(upload.State().Place)
	parts, err := bucket.Parts(ctx, upload)
	if err != nil {
		return err
	}
	if missing := objects.Missing(upload, parts); len(missing) > 0 {
		incomplete := *ErrPartsMissing
		for _, number := range missing[:min(len(missing), 20)] {
			incomplete.Details = append(incomplete.Details, fault.Detail{Field: fmt.Sprintf("part %d", number), Code: fault.ErrMissing.Code, Message: fault.ErrMissing.Message})
		}
		return &incomplete
	}
	return bucket.Join(ctx, upload, parts)
}
