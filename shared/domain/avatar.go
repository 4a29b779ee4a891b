package domain

import (
	"fmt"
	"io"
	"slices"
	"time"

	"lyceum/shared/domain/fault"
)

// ThumbnailSizes are the sides, in pixels, of the squares that a user's picture is shown in.
var ThumbnailSizes = []int{64, 256, 512}

// Faults of users' pictures.
var (
	ErrNoAvatar       = fault.New(fault.NotFound, "avatar.not_found", "This user has no picture.")
	ErrAvatarNotReady = fault.New(fault.NotFound, "avatar.not_ready", "The picture is being made. Ask again in a few seconds.")
	ErrAvatarRefused  = fault.New(fault.Invalid, "avatar.refused", "The picture is damaged or has more than 50 million pixels. Choose another one.")
	ErrNoThumbnails   = fault.New(fault.NotFound, "avatar.refused", "No picture could be made of the user's choice.")
	ErrNoImage        = fault.New(fault.Invalid, "upload.no_image", "The upload must be a picture that was confirmed.")
	ErrThumbnailSize  = fault.New(fault.Invalid, "avatar.size_invalid", "must be 64, 256 or 512")
)

// Thumbnails is how far the thumbnails of an upload have come. They are named from the moment they are wanted, so that whoever deletes the
// upload meanwhile removes them.
type Thumbnails string

// The states.
const (
	NoThumbnails      Thumbnails = ""
	ThumbnailsWanted  Thumbnails = "wanted"
	ThumbnailsMade    Thumbnails = "made"
	ThumbnailsRefused Thumbnails = "refused"
)

// Avatar is the upload that a user shows as their picture. Nothing but the user's choice changes it, so of two choices in two regions the
// later one stays, whenever the thumbnails of either are made.
type Avatar struct {
	Upload    UploadID
	ChangedAt time.Time
}

// ThumbnailKey is where a thumbnail lies, in the bucket that has the upload's bytes.
func ThumbnailKey(id UploadID, size int) string { return fmt.Sprintf("thumbs/%s/%d", id, size) }

// ThumbnailKeys are those of all sizes.
func ThumbnailKeys(id UploadID) (keys []string) {
	for _, size := range ThumbnailSizes {
		keys = append(keys, ThumbnailKey(id, size))
	}
	return keys
}

// CheckThumbnailSize is ErrThumbnailSize for another than those there are.
func CheckThumbnailSize(size int) error {
	if slices.Contains(ThumbnailSizes, size) {
		return nil
	}
	return ErrThumbnailSize
}

// UseAsAvatar makes an upload the picture of its owner: ErrNoImage unless it is a confirmed picture, ErrAvatarRefused if no thumbnails can
// be made of it.
func (u *Upload) UseAsAvatar(now time.Time, random io.Reader) (Event, error) {
	switch {
	case u.state.Status != StatusConfirmed || !u.IsImage():
		return Event{}, ErrNoImage
	case u.state.Thumbnails == ThumbnailsRefused:
		return Event{}, ErrAvatarRefused
	case u.state.Thumbnails == NoThumbnails:
		u.state.Thumbnails = ThumbnailsWanted
	}
	return u.event(AvatarChanged, now, random)
}

// SettleThumbnails notes that the thumbnails that were wanted are there, or that none can be made.
func (u *Upload) SettleThumbnails(made bool) {
	if u.state.Thumbnails == ThumbnailsWanted {
		u.state.Thumbnails = ThumbnailsRefused
		if made {
			u.state.Thumbnails = ThumbnailsMade
		}
	}
}

// ShowThumbnails is nil if they are there, else why they are not.
func (u *Upload) ShowThumbnails() error {
	switch u.state.Thumbnails {
	case ThumbnailsMade:
		return nil
	case ThumbnailsWanted:
		return ErrAvatarNotReady
	case ThumbnailsRefused:
		return ErrNoThumbnails
	}
	return ErrNoAvatar
}
