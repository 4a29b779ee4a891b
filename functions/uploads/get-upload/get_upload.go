package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
	"lyceum/shared/objects"
)

// GetUpload shows owners one of their uploads, with a link to its bytes.
type GetUpload struct {
	Uploads domain.Uploads
	Files   interface {
		// Link signs a link to the bytes, wherever they are.
		Link(ctx context.Context, u *domain.Upload) (string, error)
	}
	Now func() time.Time
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
	Request  *httpapi.Request
}

// Out is the upload. Pages show a picture by Link: they can give an <img> no token, and a fetch that is redirected from one origin to
// another loses its own.
type Out struct {
	httpapi.UploadView
	Link          string `json:"link,omitempty"` // to the bytes, for whoever has it
	LinkExpiresAt string `json:"linkExpiresAt,omitempty"`
}

// Do answers domain.ErrNoUpload for another user's file: that it exists is not told.
func (g GetUpload) Do(ctx context.Context, in In) (Out, error) {
	upload, err := g.Uploads.Upload(ctx, in.Caller.UserID, in.UploadID)
	if err != nil {
		return Out{}, err
	}
	out := Out{UploadView: httpapi.ViewUpload(upload, in.Request)}
	if upload.State().Status == domain.StatusConfirmed {
		out.LinkExpiresAt = domain.FormatTime(g.Now().Add(objects.LinkTTL))
		out.Link, err = g.Files.Link(ctx, upload)
	}
	return out, err
}
