package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/objects"
)

// ListParts tells what has arrived of a file, so that a client that crashed goes on from there.
type ListParts struct {
	Uploads domain.Uploads
	Places  func(domain.Place) objects.Bucket
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
}

// Out lists the parts that S3 has whole, and the numbers of those that are missing. ETag is the MD5 of the part in quotes.
type Out struct {
	PartSize int64  `json:"partSize"`
	Parts    []Part `json:"parts"`
	Missing  []int  `json:"missing"`
}

// Part is one that has arrived.
type Part struct {
	Number int    `json:"number"`
	Size   int64  `json:"size"` // bytes
	ETag   string `json:"etag"`
}

// Do asks S3, which alone knows.
func (l ListParts) Do(ctx context.Context, in In) (Out, error) {
	upload, err := l.Uploads.Upload(ctx, in.Caller.UserID, in.UploadID)
	if err != nil {
		return Out{}, err
	}
	if err := upload.TakesParts(); err != nil {
		return Out{}, err
	}
	arrived, err := l.Places(upload.State().Place).Parts(ctx, upload)
	if err != nil {
		return Out{}, err
	}
	out := Out{PartSize: domain.PartSize, Parts: []Part{}, Missing: objects.Missing(upload, arrived)}
	for _, p := range arrived {
		out.Parts = append(out.Parts, Part(p))
	}
	return out, nil
}
