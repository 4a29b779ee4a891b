package main

import (
	"context"
	"errors"
	"io"
	"time"

	"lyceum/shared/domain"
)

// StartMultipart keeps a place for a large file that is sent in parts.
type StartMultipart struct {
	Uploads domain.UploadWriter
	Objects interface {
		Begin(ctx context.Context, u *domain.Upload) (id string, err error)
		Abort(ctx context.Context, u *domain.Upload) error
	}
	Place   domain.Place
	MaxSize int64 // bytes of a file
	Quota   domain.Usage
	Now     func() time.Time
	Random  io.Reader
}

// In is the request.
type In struct {
	Caller domain.Caller
	Body   struct {
		FileName    string `json:"fileName"`
		ContentType string `json:"contentType"`
		Size        int64  `json:"size"` // bytes, exactly
	}
}

// Out says how to cut the file: parts 1 to Parts of PartSize bytes each, the last one the rest.
type Out struct {
	ID        string `json:"id"`
	PartSize  int64  `json:"partSize"`
	Parts     int    `json:"parts"`
	ExpiresAt string `json:"expiresAt"`
}

// Location is where the upload is asked for.
func (o Out) Location() string { return "/api/uploads/" + o.ID }

// Do opens the upload at S3 before the record names it. What has no record holds no bytes, and the bucket's lifecycle ends it.
func (s StartMultipart) Do(ctx context.Context, in In) (Out, error) {
	b := in.Body
	asked := domain.UploadRequest{FileName: b.FileName, ContentType: b.ContentType, Size: b.Size}
	upload, err := domain.RequestUpload(in.Caller.UserID, s.Place, asked, s.MaxSize, domain.PartsReserved, s.Now(), s.Random)
	if err != nil {
		return Out{}, err
	}
	id, err := s.Objects.Begin(ctx, upload)
	if err != nil {
		return Out{}, err
	}
	upload.InParts(id)
	if err := s.Uploads.Create(ctx, upload, s.Quota); err != nil {
		return Out{}, errors.Join(err, s.Objects.Abort(ctx, upload))
	}
	state := upload.State()
	return Out{state.ID.String(), domain.PartSize, len(upload.PartSizes()), domain.FormatTime(state.Until)}, nil
}
