package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// ConfirmUpload makes a file of what its owner sent to S3.
type ConfirmUpload struct {
	Confirmation domain.Confirmation
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
	Request  *httpapi.Request
}

// Do can be repeated: it answers what came of the upload the first time.
func (c ConfirmUpload) Do(ctx context.Context, in In) (httpapi.UploadView, error) {
	upload, err := c.Confirmation.Do(ctx, in.Caller.UserID, in.UploadID)
	if err != nil {
		return httpapi.UploadView{}, err
	}
	return httpapi.ViewUpload(upload, in.Request), nil
}
