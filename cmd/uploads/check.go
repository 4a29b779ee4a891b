package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

type check struct {
	uploads       dynamo.Uploads
	bucket        objects.Bucket
	remove        bool
	before        time.Time // objects that are not as old are left alone
	out, progress io.Writer
}

// run lists the bucket first and reads the records then, so that a record written meanwhile is seen. It holds every key of the bucket in
// memory: some 150 bytes each.
func (c check) run(ctx context.Context) error {
	unnamed, err := c.list(ctx)
	if err != nil {
		return err
	}
	objects, records := len(unnamed), 0
	var bare []*domain.Upload
	var over []domain.UserID
	err = c.uploads.All(ctx, func(u *domain.Upload) {
		if records++; records%1000 == 0 {
			fmt.Fprintf(c.progress, "%d records\n", records)
		}
		missing := false
		for _, key := range needed(u) {
			_, there := unnamed[key]
			missing = missing || !there
		}
		if missing && u.State().Place == c.bucket.Place() {
			bare = append(bare, u)
		}
		for _, key := range u.Objects() {
			delete(unnamed, key)
		}
	}, func(owner domain.UserID) { over = append(over, owner) })
	if err != nil {
		return err
	}
	maps.DeleteFunc(unnamed, func(_ string, modified time.Time) bool { return !modified.Before(c.before) })
	lost, err := c.missing(ctx, bare)
	if err != nil {
		return err
	}
	if err := c.clear(ctx, slices.Sorted(maps.Keys(unnamed)), over); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%d objects, %d records; %d objects without record, %d missing, %d users with reservations that are over\n",
		objects, records, len(unnamed), lost, len(over))
	return nil
}

func (c check) list(ctx context.Context) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	for object, err := range c.bucket.All(ctx) {
		if err != nil {
			return nil, err
		}
		if all[object.Key] = object.Modified; len(all)%1000 == 0 {
			fmt.Fprintf(c.progress, "%d objects\n", len(all))
		}
	}
	return all, nil
}

// needed are the objects without which an upload cannot be shown.
func needed(u *domain.Upload) []string {
	s := u.State()
	if s.Status != domain.StatusConfirmed {
		return nil
	}
	if s.Thumbnails == domain.ThumbnailsMade {
		return u.Objects()
	}
	return []string{s.Key}
}

// missing asks once more for each object that was not in the list, and for its record: it may have come, or gone, meanwhile.
func (c check) missing(ctx context.Context, suspects []*domain.Upload) (lost int, err error) {
	for _, u := range suspects {
		now, err := c.uploads.Upload(ctx, u.State().Owner, u.State().ID)
		if err == domain.ErrNoUpload {
			continue
		}
		if err != nil {
			return lost, err
		}
		for _, key := range needed(now) {
			there, err := c.bucket.Exists(ctx, key)
			if err != nil {
				return lost, err
			}
			if !there {
				lost++
				fmt.Fprintf(c.out, "missing: %s, of user %s, upload %s\n", key, now.State().Owner, now.State().ID)
			}
		}
	}
	return lost, nil
}

func (c check) clear(ctx context.Context, unnamed []string, over []domain.UserID) error {
	for keys := range slices.Chunk(unnamed, 1000) {
		for _, key := range keys {
			fmt.Fprintf(c.out, "without record: %s\n", key)
		}
		if !c.remove {
			continue
		}
		if err := c.bucket.Delete(ctx, keys); err != nil {
			return err
		}
		fmt.Fprintf(c.progress, "%d objects removed\n", len(keys))
	}
	for _, owner := range over {
		fmt.Fprintf(c.out, "reservations that are over: user %s\n", owner)
		for freed := 1; c.remove && freed > 0; {
			var err error
			if freed, err = c.uploads.Free(ctx, owner); err != nil {
				return err
			}
		}
	}
	return nil
}
