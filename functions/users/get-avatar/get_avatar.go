package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// GetAvatar sends whoever is signed in to a user's picture.
type GetAvatar struct {
	Uploads domain.Avatars
	Files   interface {
		// ThumbnailLink signs a link to a thumbnail, wherever it is.
		ThumbnailLink(ctx context.Context, u *domain.Upload, size int) (string, error)
	}
}

// In is the request.
type In struct {
	Caller domain.Caller
	UserID domain.UserID `path:"id" or:"me"`
	Size   *int          `query:"size"`
}

// usual is the size for who asks for none.
const usual = 256

// Do tells apart a picture that is not there and one that is not ready: domain.ErrNoAvatar, domain.ErrAvatarNotReady.
func (g GetAvatar) Do(ctx context.Context, in In) (httpapi.Redirect, error) {
	var none httpapi.Redirect
	size := usual
	if in.Size != nil {
		size = *in.Size
	}
	if err := domain.CheckThumbnailSize(size); err != nil {
		return none, fault.InField("size", domain.ErrThumbnailSize)
	}
	upload, err := g.Uploads.Picture(ctx, in.UserID)
	if err != nil {
		return none, err
	}
	url, err := g.Files.ThumbnailLink(ctx, upload, size)
	return httpapi.Redirect{URL: url}, err
}
