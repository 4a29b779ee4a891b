package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
	"lyceum/shared/objects"
)

// linkTTL is how long a link to the bytes works: enough to start a download, too short to be passed around.
const linkTTL = 5 * time.Minute

// GetUploadContent sends owners to the bytes of their file.
type GetUploadContent struct {
	Uploads domain.Uploads
	Objects interface {
		Link(ctx context.Context, key, contentType, disposition string, valid time.Duration) (string, error)
	}
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
}

// Do answers domain.ErrNoUpload for another user's file: that it exists is not told.
func (g GetUploadContent) Do(ctx context.Context, in In) (httpapi.Redirect, error) {
	upload, err := g.Uploads.Upload(ctx, in.Caller.UserID, in.UploadID)
	if err != nil {
		return httpapi.Redirect{}, err
	}
	s := upload.State()
	url, err := g.Objects.Link(ctx, s.Key, s.ContentType, objects.Attachment(s.OriginalName), linkTTL)
	return httpapi.Redirect{URL: url}, err
}
