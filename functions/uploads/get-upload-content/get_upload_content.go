package main

import (
	"context"
	"net/http"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetUploadContent sends owners to the bytes of their file.
type GetUploadContent struct {
	Uploads domain.Uploads
	Files   interface {
		// Link and HeadLink sign links to the bytes for GET and for HEAD, wherever they are.
		Link(ctx context.Context, u *domain.Upload) (string, error)
		HeadLink(ctx context.Context, u *domain.Upload) (string, error)
	}
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
	Request  *httpapi.Request
}

// Do answers domain.ErrNoUpload for another user's file: that it exists is not told. Whoever has the bytes already learns that here.
func (g GetUploadContent) Do(ctx context.Context, in In) (httpapi.Redirect, error) {
	upload, err := g.Uploads.Upload(ctx, in.Caller.UserID, in.UploadID)
	if err != nil {
		return httpapi.Redirect{}, err
	}
	s := upload.State()
	if s.Status != domain.StatusConfirmed {
		return httpapi.Redirect{}, domain.ErrNoUpload
	}
	link := g.Files.Link
	if in.Request.RequestContext.HTTP.Method == http.MethodHead {
		link = g.Files.HeadLink
	}
	url, err := link(ctx, upload)
	return httpapi.Redirect{URL: url, ETag: s.ETag}, err
}
