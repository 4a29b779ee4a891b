package cache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/cache"
	"lyceum/shared/domain"
	"lyceum/shared/objects"
)

// counted is a bucket that counts and can be slow or broken.
type counted struct {
	objects.Bucket
	calls  atomic.Int64
	before func() error
}

func (c *counted) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	c.calls.Add(1)
	if c.before != nil {
		if err := c.before(); err != nil {
			return nil, err
		}
	}
	return c.Bucket.Get(ctx, key, limit)
}

func bucket(t testing.TB, stand *localtest.Stand) *counted {
	t.Helper()
	buckets.Open(t, stand)
	return &counted{Bucket: buckets.Bucket(stand, "CONTENT_BUCKET")}
}

// prose is text of n bytes that packs to about a half, as lessons do.
func prose(n int) []byte {
	r, b := rand.New(rand.NewPCG(1, uint64(n))), bytes.Buffer{}
	words := strings.Fields("an item has a key and what it holds is read by that key alone until somebody writes another one under the same condition")
	for b.Len() < n {
		fmt.Fprintf(&b, "%s%d ", words[r.IntN(len(words))], r.IntN(1000))
	}
	return b.Bytes()[:n]
}

// want reads through a cache and compares the body and how often the source was asked.
func want(t testing.TB, contents *cache.Contents, from *counted, key string, body []byte, calls int64) {
	t.Helper()
	before := from.calls.Load()
	got, err := contents.Get(t.Context(), key, domain.MaxContentBytes)
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("%s: got %d bytes, %v; want %d", key, len(got), err, len(body))
	}
	if n := from.calls.Load() - before; n != calls {
		t.Errorf("%s: the source was asked %d times, want %d", key, n, calls)
	}
}

func TestContentsComeFromTheNearestTier(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	from := bucket(t, stand)
	now := time.Now()
	store := kv(stand, func() time.Time { return now })
	instance := func() *cache.Contents { return cache.NewContents(from, store, quiet) }
	for what, c := range map[string]struct {
		body []byte
		kept bool // in the KV store
	}{
		"nothing": {nil, true}, "text": {[]byte("# Größe \U0001f468\u200d\U0001f469"), true}, "10 KiB of prose": {prose(10 << 10), true},
		"64 KiB of prose": {prose(64 << 10), false}, "1 MiB": {prose(domain.MaxContentBytes), false}, "1 MiB of zeros": {make([]byte, domain.MaxContentBytes), true},
	} {
		key := "lessons/" + what + "/1"
		must(t, from.Put(t.Context(), key, "text/markdown", c.body))
		first, asked := instance(), int64(1)
		want(t, first, from, key, c.body, 1)
		want(t, first, from, key, c.body, 0)
		if c.kept {
			asked = 0
		}
		want(t, instance(), from, key, c.body, asked)
	}
	key := "lessons/text/1"
	if entry, found, err := store.Get(t.Context(), "content:"+key); err != nil || !found || entry.ExpiresAt.Sub(now).Round(time.Minute) != time.Hour {
		t.Errorf("kept until %s, %v; want an hour", entry.ExpiresAt.Sub(now), err)
	}
	now = now.Add(time.Hour)
	want(t, instance(), from, key, []byte("# Größe \U0001f468\u200d\U0001f469"), 1)
}

// D53: the body of a lesson that was late was kept as an empty one for an hour.
func TestD53AMissingBodyIsNeverKept(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	from := bucket(t, stand)
	contents := cache.NewContents(from, kv(stand, time.Now), quiet)
	for range 2 {
		if body, err := contents.Get(t.Context(), "lessons/late/1", domain.MaxContentBytes); !errors.Is(err, domain.ErrNoContent) {
			t.Errorf("got %q, %v; want ErrNoContent", body, err)
		}
	}
	if n := len(stand.Items(t, "EPHEMERAL_TABLE")); n != 0 {
		t.Errorf("%d items are kept of a missing body", n)
	}
	must(t, from.Put(t.Context(), "lessons/late/1", "text/markdown", []byte("here")))
	want(t, contents, from, "lessons/late/1", []byte("here"), 1)
}

// D55: when a copy ran out, every reader asked the source.
func TestD55OneOfManyReadersAsks(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	from := bucket(t, stand)
	body := prose(4 << 10)
	must(t, from.Put(t.Context(), "lessons/a/1", "text/markdown", body))
	arrived := make(chan struct{}, 100)
	from.before = func() error {
		late, stop := context.WithTimeout(t.Context(), 2*time.Second) // so that many who ask do not wait for one another
		defer stop()
		for range 49 { // until all the others wait too
			select {
			case <-arrived:
			case <-late.Done():
			}
		}
		time.Sleep(20 * time.Millisecond)
		return nil
	}
	contents := cache.NewContents(from, kv(stand, time.Now), quiet)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			arrived <- struct{}{}
			if got, err := contents.Get(t.Context(), "lessons/a/1", domain.MaxContentBytes); err != nil || !bytes.Equal(got, body) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
	if n := from.calls.Load(); n != 1 {
		t.Fatalf("the source was asked %d times, want once", n)
	}
	t.Run("who gives up takes nobody along", func(t *testing.T) {
		must(t, from.Put(t.Context(), "lessons/b/1", "text/markdown", body))
		asked, goOn := make(chan struct{}), make(chan struct{})
		from.before = func() error { close(asked); <-goOn; return nil }
		impatient, giveUp := context.WithTimeout(t.Context(), 5*time.Second)
		defer giveUp()
		all.Go(func() {
			if _, err := contents.Get(impatient, "lessons/b/1", domain.MaxContentBytes); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want Canceled", err)
			}
		})
		select {
		case <-asked:
		case <-impatient.Done(): // told above
		}
		all.Go(func() {
			if got, err := contents.Get(t.Context(), "lessons/b/1", domain.MaxContentBytes); err != nil || !bytes.Equal(got, body) {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		})
		giveUp()
		time.AfterFunc(20*time.Millisecond, func() { close(goOn) })
		all.Wait()
	})
}

func TestABrokenStoreOfCopiesIsGoneRound(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	from := bucket(t, stand)
	must(t, from.Put(t.Context(), "lessons/a/1", "text/markdown", []byte("body")))
	store := kv(stand, time.Now)
	t.Run("when it is down", func(t *testing.T) {
		stand.Intercept(localtest.Down())
		want(t, cache.NewContents(from, store, quiet), from, "lessons/a/1", []byte("body"), 1)
	})
	t.Run("when it does not answer", func(t *testing.T) {
		stand.Intercept(func(_ string, _ http.ResponseWriter, r *http.Request, _ http.Handler) {
			_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that the client is gone
			<-r.Context().Done()
		})
		begin := time.Now()
		want(t, cache.NewContents(from, store, quiet), from, "lessons/a/1", []byte("body"), 1)
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("it took %s", took)
		}
	})
	stand.Intercept(nil)
	for what, entry := range map[string]domain.KVEntry{
		"damaged":           {Value: []byte("\x1f\x8bnonsense"), Metadata: map[string]string{"encoding": "gzip"}},
		"packed by another": {Value: []byte("x"), Metadata: map[string]string{"encoding": "br"}},
		"too large":         {Value: make([]byte, 100)},
	} {
		t.Run("when a copy is "+what, func(t *testing.T) {
			must(t, store.Set(t.Context(), "content:lessons/a/1", entry, time.Minute))
			before := from.calls.Load()
			body, err := cache.NewContents(from, store, quiet).Get(t.Context(), "lessons/a/1", 99)
			if err != nil || string(body) != "body" || from.calls.Load() != before+1 {
				t.Errorf("got %q, %v", body, err)
			}
		})
	}
}

func TestAnInstanceHoldsSoManyBytes(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	from := bucket(t, stand)
	contents := cache.NewContents(from, kv(stand, time.Now), quiet)
	body := prose(domain.MaxContentBytes) // not in the KV store; 7 fit into 8 MiB with what they need beside
	for i := range 9 {
		key := fmt.Sprintf("lessons/%d/1", i)
		must(t, from.Put(t.Context(), key, "text/markdown", body))
		want(t, contents, from, key, body, 1)
		want(t, contents, from, "lessons/0/1", body, 0) // asked for all the time
	}
	want(t, contents, from, "lessons/8/1", body, 0)
	want(t, contents, from, "lessons/1/1", body, 1)
}
