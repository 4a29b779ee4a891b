package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/objects"
)

// MakeThumbnails makes squares of the pictures that users choose.
type MakeThumbnails struct {
	Uploads interface {
		domain.UploadChanges
		domain.Avatars
	}
	Files  objects.Files                   // where the bytes are to be read
	Bucket func(place domain.Place) Bucket // where the thumbnails lie: with the upload's bytes
	Here   domain.Place
	Now    func() time.Time
	Log    *slog.Logger
}

// Bucket is what thumbnails are kept in.
type Bucket interface {
	Put(ctx context.Context, key, contentType string, content []byte) error
	// Erase removes every version of an object, whether it is there or not.
	Erase(ctx context.Context, key string) error
}

// lease is how long no other event begins to make the same thumbnails: longer than the function may
// run.
const lease = time.Minute

// patience is how long a picture may be decoded. A good one takes a few seconds at most.
const patience = 25 * time.Second

// Do does nothing for a picture that was replaced, removed, or settled, or that another event is
// at: one picture is decoded once, however often it was chosen. The record names the thumbnails
// before they are made, and is changed when all are there: it can die anywhere and be called again.
// If the upload is deleted meanwhile, nothing of it stays.
func (m MakeThumbnails) Do(ctx context.Context, event domain.Event) error {
	owner, err := event.User()
	if err != nil {
		return err
	}
	id, err := domain.ParseID[domain.Upload](event.Data["uploadId"])
	if err != nil {
		return err
	}
	avatar, err := m.Uploads.Avatar(ctx, owner)
	gone := errors.Is(err, domain.ErrNoAvatar)
	if err != nil && !gone {
		return err
	}
	began := false
	upload, err := m.Uploads.Change(ctx, owner, id, func(u *domain.Upload) (*domain.Event, error) {
		began = !gone && avatar.Upload == id && u.MakeThumbnails(event.ID, m.Now(), m.Now().Add(lease))
		return nil, nil
	})
	if errors.Is(err, domain.ErrNoUpload) { // perhaps deleted when an earlier try was about to write
		return m.erase(ctx, m.Here, id)
	}
	if err != nil || !began {
		return err
	}
	place := upload.State().Place
	made, err := m.make(ctx, upload, m.Bucket(place))
	if err != nil {
		return err
	}
	_, err = m.Uploads.Change(ctx, owner, id, func(u *domain.Upload) (*domain.Event, error) {
		u.SettleThumbnails(made)
		return nil, nil
	})
	if errors.Is(err, domain.ErrNoUpload) {
		return m.erase(ctx, place, id)
	}
	return err
}

// make tells whether thumbnails could be made.
func (m MakeThumbnails) make(ctx context.Context, upload *domain.Upload, into Bucket) (bool, error) {
	s := upload.State()
	from, err := m.Files.Find(ctx, s.Place, s.Key)
	if err != nil {
		return false, err
	}
	content, err := from.Get(ctx, s.Key, domain.MaxImageBytes)
	if err != nil {
		return false, err
	}
	bounded, end := context.WithTimeout(ctx, patience)
	defer end()
	thumbnails, err := thumbnailsOf(bounded, content)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		m.Log.LogAttrs(ctx, slog.LevelInfo, "no thumbnails", slog.String("uploadId", s.ID.String()), slog.String("reason", err.Error()))
		return false, nil
	}
	for size, thumbnail := range thumbnails {
		if err := into.Put(ctx, domain.ThumbnailKey(s.ID, size), "image/jpeg", thumbnail); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (m MakeThumbnails) erase(ctx context.Context, place domain.Place, id domain.UploadID) error {
	for _, key := range domain.ThumbnailKeys(id) {
		if err := m.Bucket(place).Erase(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
