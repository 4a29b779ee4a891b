package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/local/localtest/files"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

const name = "uploads/make-thumbnails"

func open(t testing.TB) (*localtest.Stand, *localtest.Consumer, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Consume(t, name, handler), stand.NewUser(t)
}

// choose makes an upload its owner's picture, with the rights of set-avatar.
func choose(t testing.TB, stand *localtest.Stand, u *domain.Upload, at time.Time) domain.Event {
	t.Helper()
	var event domain.Event
	_, err := stand.Env(t, "users/set-avatar").Uploads().SetAvatar(t.Context(), u.State().Owner, u.State().ID, func(u *domain.Upload) (e domain.Event, err error) {
		event, err = u.UseAsAvatar(at, rand.Reader)
		return event, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func store(t testing.TB, stand *localtest.Stand, user localtest.User, content []byte) *domain.Upload {
	t.Helper()
	return buckets.Store(t, stand, user, "me.png", "image/png", content)
}

func deliver(t testing.TB, c *localtest.Consumer, event domain.Event) {
	t.Helper()
	if err := c.Deliver(event); err != nil {
		t.Fatal(err)
	}
}

func state(t testing.TB, stand *localtest.Stand, u *domain.Upload) domain.Thumbnails {
	t.Helper()
	got, err := stand.Env(t, "uploads/get-upload").Uploads().Upload(t.Context(), u.State().Owner, u.State().ID)
	if err != nil {
		t.Fatal(err)
	}
	return got.State().Thumbnails
}

// thumbs are the keys of all thumbnails in the bucket.
func thumbs(t testing.TB, stand *localtest.Stand) []string {
	t.Helper()
	return slices.DeleteFunc(buckets.Keys(t, stand), func(key string) bool { return !strings.HasPrefix(key, "thumbs/") })
}

func TestMakeThumbnailsOfThreeSizes(t *testing.T) {
	t.Parallel()
	stand, c, user := open(t)
	for kind, content := range map[string][]byte{
		"image/png": files.PNG(files.Picture(700, 400)), "image/jpeg": files.JPEG(files.Picture(90, 300), 80), "image/webp": files.WebP(),
	} {
		upload := buckets.Store(t, stand, user, "me", kind, content)
		event := choose(t, stand, upload, time.Now())
		stand.WantCalls(t, name, func() { deliver(t, c, event) })
		deliver(t, c, event) // at least once
		if got := state(t, stand, upload); got != domain.ThumbnailsMade {
			t.Errorf("%s: the record says %q", kind, got)
		}
		for _, size := range domain.ThumbnailSizes {
			thumbnail, err := buckets.Bucket(stand, "UPLOADS_BUCKET").Get(t.Context(), domain.ThumbnailKey(upload.State().ID, size), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			config, format, err := image.DecodeConfig(bytes.NewReader(thumbnail))
			if err != nil || format != "jpeg" || config.Width != size || config.Height != size {
				t.Errorf("%s: %s of %d by %d, %v, want a JPEG of %d", kind, format, config.Width, config.Height, err, size)
			}
		}
	}
}

func TestAnOlderChoiceChangesNothing(t *testing.T) {
	t.Parallel()
	stand, c, user := open(t)
	first, second := store(t, stand, user, files.PNG(files.Picture(9, 9))), store(t, stand, user, files.PNG(files.Picture(10, 10)))
	older := choose(t, stand, first, time.Now())
	newer := choose(t, stand, second, time.Now())
	for _, event := range []domain.Event{newer, older, newer} {
		deliver(t, c, event)
	}
	if got, want := thumbs(t, stand), 3; len(got) != want || state(t, stand, first) != domain.ThumbnailsWanted || state(t, stand, second) != domain.ThumbnailsMade {
		t.Errorf("thumbnails %q; the older is %s, the newer %s", got, state(t, stand, first), state(t, stand, second))
	}
	avatar, err := stand.Env(t, name).Uploads().Avatar(t.Context(), user.ID)
	if err != nil || avatar.Upload != second.State().ID {
		t.Errorf("the picture is %v, %v", avatar, err)
	}
	deliver(t, c, choose(t, stand, first, time.Now())) // chosen again
	if state(t, stand, first) != domain.ThumbnailsMade {
		t.Error("a picture that was chosen again has no thumbnails")
	}
	if err := stand.Env(t, "users/delete-avatar").Uploads().RemoveAvatar(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	deliver(t, c, newer)
}

func TestWhatCannotBeMadeIsRefusedOnce(t *testing.T) {
	t.Parallel()
	stand, c, user := open(t)
	whole := files.PNG(files.Picture(60, 60))
	broken := append(bytes.Clone(whole[:33]), append(files.Chunk("IDAT", "no zlib"), whole[len(whole)-12:]...)...)
	upload := store(t, stand, user, broken)
	event := choose(t, stand, upload, time.Now())
	for range 2 {
		deliver(t, c, event)
	}
	if got := state(t, stand, upload); got != domain.ThumbnailsRefused || len(thumbs(t, stand)) != 0 {
		t.Errorf("the record says %q, thumbnails %q", got, thumbs(t, stand))
	}
	_, err := stand.Env(t, "users/set-avatar").Uploads().SetAvatar(t.Context(), user.ID, upload.State().ID, func(u *domain.Upload) (domain.Event, error) {
		return u.UseAsAvatar(time.Now(), rand.Reader)
	})
	if !errors.Is(err, domain.ErrAvatarRefused) {
		t.Errorf("chosen again: %v", err)
	}
}

func TestD33DeletedMeanwhileLeavesNothing(t *testing.T) {
	t.Parallel()
	stand, _, user := open(t)
	faults := buckets.Between(t, stand)
	c := stand.Consume(t, name, handler)
	upload := store(t, stand, user, files.PNG(files.Picture(9, 9)))
	event := choose(t, stand, upload, time.Now())
	remove := func() {
		_, err := stand.Env(t, "uploads/delete-upload").Uploads().Change(t.Context(), user.ID, upload.State().ID, func(u *domain.Upload) (*domain.Event, error) {
			return u.Delete(time.Now(), rand.Reader)
		})
		if err != nil {
			t.Error(err)
		}
	}
	ctx, end := context.WithCancel(t.Context())
	heal := faults.Die(5, true, end) // after the first thumbnail: upload, choice, bytes, thumbnail, thumbnail
	err := c.Deliver(event)
	heal()
	end()
	if err == nil || ctx.Err() == nil || len(thumbs(t, stand)) == 0 {
		t.Fatalf("it did not die behind the first thumbnail: %v, %q", err, thumbs(t, stand))
	}
	remove()
	deliver(t, c, event)
	if left := thumbs(t, stand); len(left) != 0 {
		t.Errorf("there is still %q", left)
	}
}

// The function dies at each of its calls, before it is done and after; the event comes again.
func TestAKilledFunctionIsFinishedByTheEventAgain(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	faults := buckets.Between(t, stand)
	c := stand.Consume(t, name, handler)
	user := stand.NewUser(t)
	for n, more := int64(1), true; more; n++ {
		for _, done := range []bool{false, true} {
			upload := store(t, stand, user, files.PNG(files.Picture(9, 9)))
			event := choose(t, stand, upload, time.Now())
			heal := faults.Die(n, done, func() {})
			err := c.Deliver(event)
			more = heal() >= n
			t.Run(fmt.Sprintf("dead at call %d, done: %v, which gave %v", n, done, err), func(t *testing.T) {
				deliver(t, c, event)
				if state(t, stand, upload) != domain.ThumbnailsMade {
					t.Errorf("the record says %q", state(t, stand, upload))
				}
			})
		}
		if n > 20 {
			t.Fatal("it makes more than 20 calls")
		}
	}
}

func TestADeadDatabaseLetsTheEventComeAgain(t *testing.T) {
	t.Parallel()
	stand, c, user := open(t)
	event := choose(t, stand, store(t, stand, user, files.PNG(files.Picture(9, 9))), time.Now())
	stand.Intercept(localtest.Down())
	var unavailable *fault.Error
	if err := c.Deliver(event); !errors.As(err, &unavailable) || unavailable.Kind != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

// Twelve choices of one picture give twelve events; all at once decode it once.
func TestOnePictureIsDecodedOnceHoweverOftenItIsChosen(t *testing.T) {
	t.Parallel()
	stand, _, user := open(t)
	faults := buckets.Between(t, stand)
	c := stand.Consume(t, name, handler)
	var reads atomic.Int64
	faults.Intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/files/") {
			reads.Add(1)
		}
		next.ServeHTTP(w, r)
	})
	upload := store(t, stand, user, files.PNG(files.Picture(300, 300)))
	var chosen []domain.Event
	for range 12 {
		chosen = append(chosen, choose(t, stand, upload, time.Now()))
	}
	reads.Store(0)
	var all sync.WaitGroup
	for _, event := range chosen {
		all.Go(func() { deliver(t, c, event) })
	}
	all.Wait()
	if reads.Load() != 1 || state(t, stand, upload) != domain.ThumbnailsMade {
		t.Errorf("the picture was read %d times and is %s, want once and made", reads.Load(), state(t, stand, upload))
	}
}
