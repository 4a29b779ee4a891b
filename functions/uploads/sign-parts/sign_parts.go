package main

import (
	"context"
	"fmt"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/objects"
)

const (
	maxParts = 100       // in one call
	linkTTL  = time.Hour // of a part of 8 MiB on a slow line
)

// SignParts signs links that take parts of a file.
type SignParts struct {
	Uploads domain.Uploads
	Places  func(domain.Place) objects.Bucket
	Now     func() time.Time
}

// In is the request.
type In struct {
	Caller   domain.Caller
	UploadID domain.UploadID `path:"id"`
	Body     struct {
		Numbers []int `json:"numbers"` // of parts, from 1
	}
}

// Out are the links. Each takes its part by PUT, of exactly Size bytes, and may be used again until it expires.
type Out struct {
	Parts     []Part `json:"parts"`
	ExpiresAt string `json:"expiresAt"`
}

// Part is one link.
type Part struct {
	Number int    `json:"number"`
	Size   int64  `json:"size"` // bytes
	URL    string `json:"url"`
}

// Do signs for S3 where the upload was begun.
func (s SignParts) Do(ctx context.Context, in In) (Out, error) {
	upload, err := s.Uploads.Upload(ctx, in.Caller.UserID, in.UploadID)
	if err != nil {
		return Out{}, err
	}
	if err := upload.TakesParts(); err != nil {
		return Out{}, err
	}
	sizes := upload.PartSizes()
	if n := len(in.Body.Numbers); n < 1 || n > maxParts {
		return Out{}, fault.InField("numbers", fault.New(fault.Invalid, "upload.numbers_count", fmt.Sprintf("must be 1 to %d numbers of parts", maxParts)))
	}
	out := Out{ExpiresAt: domain.FormatTime(s.Now().Add(linkTTL))}
	bucket := s.Places(upload.State().Place)
	for _, number := range in.Body.Numbers {
		if number < 1 || number > len(sizes) {
			return Out{}, fault.InField("numbers", fault.New(fault.Invalid, "upload.number_invalid", fmt.Sprintf("must be 1 to %d, the parts of the file", len(sizes))))
		}
		url, err := bucket.PartLink(ctx, upload, number, sizes[number-1], linkTTL)
		if err != nil {
			return Out{}, err
		}
		out.Parts = append(out.Parts, Part{number, sizes[number-1], url})
	}
	return out, nil
}
