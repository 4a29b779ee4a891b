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
	ErrNoAvatar = fault.New(fault.NotFound, "avatar.not_found", "This user has no picture, or it is not ready.")
	ErrSize     = fault.New(fault.Invalid, "avatar.size_invalid", "must be 64, 256 or 512")
)

// Avatar is the upload that a user shows as their picture. Of two choices at once in two regions the later write stays.
type Avatar struct {
	Upload    UploadID
	Place            // of the thumbnails: where they were made
	Ready     bool   // the thumbnails are there
	Type      string // of the thumbnails
	ChangedAt time.Time
}

// ThumbnailKey is where a thumbnail lies.
func ThumbnailKey(id UploadID, size int) string { return fmt.Sprintf("thumbs/%s/%d", id, size) }

// CheckThumbnailSize is ErrSize for another than those there are.
func CheckThumbnailSize(size int) error {
	if slices.Contains(ThumbnailSizes, size) {
		return nil
	}
	return ErrSize
}

// UseAsAvatar makes an upload the picture of its owner; ErrNoImage unless it is a confirmed picture.
func (u *Upload) UseAsAvatar(now time.Time, random io.Reader) (Avatar, Event, error) {
	if u.state.Status != StatusConfirmed || !u.IsImage() {
		return Avatar{}, Event{}, ErrNoImage
	}
	event, err := u.event(AvatarChanged, now, random)
	return Avatar{Upload: u.state.ID, ChangedAt: Millis(now)}, event, err
}
