package cache

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"lyceum/shared/domain"
)

// Source is where lessons' bodies come from.
type Source interface {
	// Get reads a body of at most limit bytes. domain.ErrNoContent when it is not there (yet).
	Get(ctx context.Context, key string, limit int64) ([]byte, error)
}

const (
	contentTTL = time.Hour              // of a body in the KV store
	kvWait     = 300 * time.Millisecond // for the KV store, which is to be faster than the source or not asked
	// maxKept is the most bytes of a packed body that the KV store gets. docs/ARCHITECTURE.md has the figures.
	maxKept = 8 << 10
	// memoryBytes bounds the bodies that an instance holds. The smallest function has 128 MB.
	memoryBytes = 8 << 20
)

// Contents reads lessons' bodies from this instance's memory, else from the KV store, else from the source, and fills both on the way. A
// body lies under a key that is written once, so a copy is never out of date: an edit has a new key. An error is never kept: a body that
// is late is asked for again. Of many readers at once in one instance one asks.
type Contents struct {
	source  Source
	kv      domain.KV
	log     *slog.Logger
	memory  *memory
	flights singleflight.Group
}

// NewContents puts memory and kv before source.
func NewContents(source Source, kv domain.KV, log *slog.Logger) *Contents {
	return &Contents{source: source, kv: kv, log: log, memory: newMemory(memoryBytes)}
}

// Get implements Source. The bytes are shared: callers must not change them.
func (c *Contents) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	if body, ok := c.memory.get(key); ok {
		return body, nil
	}
	// The one that asks does so for all who wait, so it does not end with its own request.
	shared := context.WithoutCancel(ctx)
	flight := c.flights.DoChan(key, func() (any, error) { return c.load(shared, key, limit) })
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case landed := <-flight:
		body, _ := landed.Val.([]byte)
		return body, landed.Err
	}
}

func (c *Contents) load(ctx context.Context, key string, limit int64) ([]byte, error) {
	body, kept := c.recall(ctx, key, limit)
	if !kept {
		var err error
		if body, err = c.source.Get(ctx, key, limit); err != nil {
			return nil, err
		}
		c.keep(ctx, key, body)
	}
	c.memory.put(key, body)
	return body, nil
}

func kvName(key string) string { return "content:" + key }

// recall asks the KV store. What it cannot answer, or answers wrongly, is not there.
func (c *Contents) recall(ctx context.Context, key string, limit int64) ([]byte, bool) {
	ctx, cancel := context.WithTimeout(ctx, kvWait)
	defer cancel()
	entry, found, err := c.kv.Get(ctx, kvName(key))
	if err != nil || !found {
		c.failed(ctx, err)
		return nil, false
	}
	body, err := unpack(entry, limit)
	c.failed(ctx, err)
	return body, err == nil
}

// keep fills the KV store, unless another instance was faster.
func (c *Contents) keep(ctx context.Context, key string, body []byte) {
	entry := pack(body)
	if len(entry.Value) > maxKept {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, kvWait)
	defer cancel()
	_, err := c.kv.SetNewer(ctx, kvName(key), entry, contentTTL)
	c.failed(ctx, err)
}

func (c *Contents) failed(ctx context.Context, err error) {
	if err != nil {
		c.log.LogAttrs(ctx, slog.LevelWarn, "the cache of lessons' bodies is not used", slog.String("cause", err.Error()))
	}
}
