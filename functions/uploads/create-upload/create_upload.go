package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// CreateUpload keeps a small file that travels through the function.
type CreateUpload struct {
	Uploads domain.UploadWriter
	Objects interface {
		Put(ctx context.Context, key, contentType string, content []byte) error
	}
	Bucket string
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Caller  domain.Caller
	File    httpapi.File
	Request *httpapi.Request
}

// Out is the upload; its URL yields the bytes to its owner.
type Out struct {
	ID           string `json:"id"`
	URL          string `json:"url"`
	Size         int64  `json:"size"` // bytes
	ContentType  string `json:"contentType"`
	OriginalName string `json:"originalName"`
}

// Location implements httpapi.Located.
func (o Out) Location() string { return o.URL }

// Do stores the bytes before the record, so a record always has its bytes. Bytes whose record failed are found by nobody, unless the
// request had an Idempotency-Key and comes again: then it makes the same upload.
func (c CreateUpload) Do(ctx context.Context, in In) (Out, error) {
	now, random := httpapi.Once(ctx, c.Now(), c.Random)
	upload, confirmed, err := domain.NewUpload(in.Caller.UserID, c.Bucket, in.File.Name, in.File.Content, now, random)
	if err != nil {
		return Out{}, err
	}
	s := upload.State()
	if err := c.Objects.Put(ctx, s.Key, s.ContentType, in.File.Content); err != nil {
		return Out{}, err
	}
	if err := c.Uploads.Create(ctx, upload, confirmed); err != nil {
		return Out{}, err
	}
	return Out{s.ID.String(), in.Request.BaseURL() + "/api/uploads/" + s.ID.String() + "/content", s.Size, s.ContentType, s.OriginalName}, nil
}
