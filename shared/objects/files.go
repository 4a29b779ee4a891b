package objects

import (
	"context"
	"time"

	"lyceum/shared/domain"
)

// LinkTTL is how long a link to the bytes works: enough to start a download, too short to be passed around.
const LinkTTL = 5 * time.Minute

// Files leads to learners' files from one region. Here is its bucket, At those that records name.
type Files struct {
	Here Bucket
	At   func(domain.Place) Bucket
}

// Link signs a link to an upload's bytes.
func (f Files) Link(ctx context.Context, u *domain.Upload) (string, error) {
	s := u.State()
	bucket, err := f.Find(ctx, s.Place, s.Key)
	if err != nil {
		return "", err
	}
	return bucket.Link(ctx, s.Key, s.ContentType, Attachment(s.OriginalName), LinkTTL)
}

// HeadLink is Link for HEAD.
func (f Files) HeadLink(ctx context.Context, u *domain.Upload) (string, error) {
	s := u.State()
	bucket, err := f.Find(ctx, s.Place, s.Key)
	if err != nil {
		return "", err
	}
	return bucket.HeadLink(ctx, s.Key, s.ContentType, Attachment(s.OriginalName), LinkTTL)
}

// ThumbnailLink signs a link to a thumbnail of an upload's, to be shown and not saved.
func (f Files) ThumbnailLink(ctx context.Context, u *domain.Upload, size int) (string, error) {
	key := domain.ThumbnailKey(u.State().ID, size)
	bucket, err := f.Find(ctx, u.State().Place, key)
	if err != nil {
		return "", err
	}
	return bucket.Link(ctx, key, "image/jpeg", "inline", LinkTTL)
}

// Find is the bucket to read an object from: this region's if the object was written here or is replicated, else the one that its record
// names.
func (f Files) Find(ctx context.Context, place domain.Place, key string) (Bucket, error) {
	if place == f.Here.Place() {
		return f.Here, nil
	}
	if there, err := f.Here.Exists(ctx, key); err != nil || there {
		return f.Here, err
	}
	return f.At(place), nil
}
