package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/objects"
)

// RequestUpload keeps a place for a file and answers the form that sends it to S3.
type RequestUpload struct {
	Uploads domain.UploadWriter
	Forms   interface {
		// Form signs a form that takes exactly what the upload said, for so long.
		Form(ctx context.Context, u *domain.Upload, valid time.Duration) (objects.Form, error)
	}
	Place   domain.Place
	MaxSize int64 // bytes of a file
	Quota   domain.Usage
	Valid   time.Duration // of a form
	Now     func() time.Time
	Random  io.Reader
}

// In is the request.
type In struct {
	Caller domain.Caller
	Body   struct {
		FileName    string `json:"fileName"`
		ContentType string `json:"contentType"`
		Size        int64  `json:"size"`     // bytes, exactly
		Checksum    string `json:"checksum"` // SHA-256 of the file in base64; S3 then refuses other bytes
	}
}

// Out is the form: a POST of multipart/form-data to URL with all the fields, then the file as the last part, named file.
type Out struct {
	ID        string            `json:"id"`
	URL       string            `json:"url"`
	Fields    map[string]string `json:"fields"`
	ExpiresAt string            `json:"expiresAt"`
	MaxSize   int64             `json:"maxSize"` // the form takes this many bytes, no more and no fewer
}

// Location is where the upload is asked for.
func (o Out) Location() string { return "/api/uploads/" + o.ID }

// Do reserves before it signs, so nobody has more forms than places.
func (r RequestUpload) Do(ctx context.Context, in In) (Out, error) {
	now, b := r.Now(), in.Body
	asked := domain.UploadRequest{FileName: b.FileName, ContentType: b.ContentType, Size: b.Size, SHA256: b.Checksum}
	upload, err := domain.RequestUpload(in.Caller.UserID, r.Place, asked, r.MaxSize, domain.FormReserved, now, r.Random)
	if err != nil {
		return Out{}, err
	}
	if err := r.Uploads.Create(ctx, upload, r.Quota); err != nil {
		return Out{}, err
	}
	form, err := r.Forms.Form(ctx, upload, r.Valid)
	return Out{upload.State().ID.String(), form.URL, form.Fields, domain.FormatTime(now.Add(r.Valid)), b.Size}, err
}
