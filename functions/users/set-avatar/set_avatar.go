package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// SetAvatar makes a picture that the caller uploaded theirs.
type SetAvatar struct {
	Avatars domain.AvatarChanges
	Now     func() time.Time
	Random  io.Reader
}

// In is the request.
type In struct {
	Caller  domain.Caller
	Request *httpapi.Request
	Body    struct {
		UploadID *string `json:"uploadId"`
	}
}

// Out is the picture.
type Out struct {
	UploadID string `json:"uploadId"`
	Ready    bool   `json:"ready"` // it can be shown; else in a few seconds
	URL      string `json:"url"`   // for all who are signed in, with ?size=64, 256 or 512
}

var errUploadID = fault.New(fault.Invalid, "upload.id_invalid", "must be the id of an upload")

// Do can be repeated: the same picture stays, and thumbnails that could not be made are tried again.
func (s SetAvatar) Do(ctx context.Context, in In) (Out, error) {
	if in.Body.UploadID == nil {
		return Out{}, fault.InField("uploadId", fault.ErrMissing)
	}
	id, err := domain.ParseID[domain.Upload](*in.Body.UploadID)
	if err != nil {
		return Out{}, fault.InField("uploadId", errUploadID)
	}
	upload, err := s.Avatars.SetAvatar(ctx, in.Caller.UserID, id, func(u *domain.Upload) (domain.Event, error) {
		return u.UseAsAvatar(s.Now(), s.Random)
	})
	if err != nil {
		return Out{}, err
	}
	url := in.Request.BaseURL() + "/api/users/" + in.Caller.UserID.String() + "/avatar"
	return Out{UploadID: id.String(), Ready: upload.ShowThumbnails() == nil, URL: url}, nil
}
