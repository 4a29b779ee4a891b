package domain

import (
	"context"
	"time"

	"lyceum/shared/domain/fault"
)

// Limits of the KV store: an item of DynamoDB takes 400 KB with the names of its attributes.
const (
	MaxKVKey   = 512       // bytes of a key
	MaxKVBytes = 390 << 10 // bytes of value and metadata together
)

// KVEntry is what a key holds.
type KVEntry struct {
	Value     []byte
	Metadata  map[string]string // what a list tells of the value
	Version   int               // of what the value was made of, see SetNewer
	ExpiresAt time.Time         // whole seconds; set by the store
}

// KVKey is one key of a list.
type KVKey struct {
	Key       string
	Metadata  map[string]string
	ExpiresAt time.Time
}

// Faults of the KV store. They are mistakes of the program.
var (
	ErrKVKey   = fault.New(fault.Internal, "kv.key_invalid", "A key must have 1 to 512 bytes.")
	ErrKVTTL   = fault.New(fault.Internal, "kv.ttl_invalid", "A time to live must be one second at least; nothing is kept for ever.")
	ErrKVLarge = fault.New(fault.Internal, "kv.too_large", "Value and metadata must have 390 KiB at most.")
)

// KV keeps values for a time, in this region alone. It may lose any of them at any time. A value is gone from the second its time is over, whatever
// the store still has. Calls fail with ErrKVKey, ErrKVTTL or ErrKVLarge for what cannot be kept.
type KV interface {
	// Get reads a value with its metadata; found is false when there is none.
	Get(ctx context.Context, key string) (entry KVEntry, found bool, err error)
	// Set keeps a value for ttl, in place of any other.
	Set(ctx context.Context, key string, entry KVEntry, ttl time.Duration) error
	// SetNewer is Set unless the key holds a value of the same or a newer version. kept is false then; that is no error.
	SetNewer(ctx context.Context, key string, entry KVEntry, ttl time.Duration) (kept bool, err error)
	// Delete removes a key, whether it is there or not.
	Delete(ctx context.Context, key string) error
}

// KVPrefixes handles keys that begin alike, any number of them.
type KVPrefixes interface {
	// List reads keys, in no particular order. next is "" at the end. A key that is there all the time is listed exactly once.
	List(ctx context.Context, prefix string, page Page) (keys []KVKey, next string, err error)
	// DeleteByPrefix removes every key that is there when it is called and tells how many it removed, also when it fails in the middle:
	// calling again goes on where it stopped.
	DeleteByPrefix(ctx context.Context, prefix string) (deleted int, err error)
}
