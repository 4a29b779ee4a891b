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

// MaxAvatarPixels is how large a picture can be shown as a user's: decoding one takes up to 1.4 GB.
const MaxAvatarPixels = 50_000_000

// Faults of users' pictures.
var (
	ErrNoAvatar       = fault.New(fault.NotFound, "avatar.not_found", "This user has no picture.")
	ErrAvatarNotReady = fault.New(fault.NotFound, "avatar.not_ready", "The picture is being made. Ask again in a few seconds.")
	ErrAvatarRefused  = fault.New(fault.Invalid, "avatar.refused", "The picture is damaged: it cannot be decoded. Choose another one.")
	ErrAvatarTooLarge = fault.New(fault.TooLarge, "avatar.too_large", "The picture has more than 50 million pixels. Choose a smaller one.")
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

// Avatar is the upload that a user chose as their picture. Nothing but the user's choice changes
// it, so of two choices in two regions the later one stays, whenever the thumbnails of either are
// made. Until there are some, and if none can be made, the one before is shown.
type Avatar struct {
	Upload    UploadID
	Before    UploadID // that could be shown when Upload was chosen; zero if none
	ChangedAt time.Time
}

// Replaces is the avatar when an upload is chosen after it; current is the upload that it names,
// nil if that is gone.
func (a Avatar) Replaces(chosen UploadID, current *Upload, now time.Time) Avatar {
	next := Avatar{Upload: chosen, Before: a.Before, ChangedAt: now}
	if current != nil && current.state.Thumbnails == ThumbnailsMade && a.Upload != chosen {
		next.Before = a.Upload
	}
	if next.Before == chosen {
		next.Before = UploadID{}
	}
	return next
}

// Shown is which of the two uploads of an avatar is the picture, either nil if it is gone; else the
// error says why there is none.
func (a Avatar) Shown(chosen, before *Upload) (*Upload, error) {
	err := error(ErrNoAvatar)
	for _, u := range []*Upload{before, chosen} {
		if u != nil {
			err = u.ShowThumbnails()
		}
	}
	for _, u := range []*Upload{chosen, before} {
		if u != nil && u.ShowThumbnails() == nil {
			return u, nil
		}
	}
	return nil, err
}

// Making is who makes the thumbnails of an upload. It is a lease: until it ends, no other event
// begins the same work. The event itself may, as it comes again only after a failure.
type Making struct {
	By    EventID
	Until time.Time
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

// UseAsAvatar makes an upload the picture of its owner: ErrNoImage unless it is a confirmed
// picture, ErrAvatarTooLarge and ErrAvatarRefused if no thumbnails can be made of it.
func (u *Upload) UseAsAvatar(now time.Time, random io.Reader) (Event, error) {
	switch {
	case u.state.Status != StatusConfirmed || !u.IsImage():
		return Event{}, ErrNoImage
	case u.state.Pixels > MaxAvatarPixels:
		return Event{}, ErrAvatarTooLarge
	case u.state.Thumbnails == ThumbnailsRefused:
		return Event{}, ErrAvatarRefused
	case u.state.Thumbnails == NoThumbnails:
		u.state.Thumbnails = ThumbnailsWanted
	}
	return u.event(AvatarChanged, now, random)
}

// MakeThumbnails begins to make what is wanted, unless another event is at it, and reports whether
// it did.
func (u *Upload) MakeThumbnails(by EventID, now, until time.Time) bool {
	if u.state.Thumbnails != ThumbnailsWanted || u.state.Making.By != by && now.Before(u.state.Making.Until) {
		return false
	}
	u.state.Making = Making{by, Millis(until)}
	return true
}

// SettleThumbnails notes that the thumbnails that were wanted are there, or that none can be made.
func (u *Upload) SettleThumbnails(made bool) {
	if u.state.Thumbnails == ThumbnailsWanted {
		u.state.Thumbnails, u.state.Making = ThumbnailsRefused, Making{}
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
