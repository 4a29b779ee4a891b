package domain

import (
	"context"
	"time"

	"lyceum/shared/domain/fault"
)

// AnswersKept is how long a request with a key is remembered after it came first, unless it says otherwise.
const AnswersKept = 24 * time.Hour

// Faults of requests with a key.
var (
	ErrKeyReused = fault.New(fault.Conflict, "idempotency.key_reused", "This Idempotency-Key came with another request before. Use a new one.")
	// ErrKeyInProgress says in RetryAfter when the run before is over or dead for certain.
	ErrKeyInProgress = fault.New(fault.Conflict, "idempotency.in_progress", "A request with this Idempotency-Key is being worked on. Try again later.")
)

// Repeatable is what may come several times and takes effect once: a request that its client sends again, a mail whose event comes again.
type Repeatable struct {
	User        UserID
	Route       string        // or which mail
	Key         string        // chosen by the client, or the event's id; unique for this user and route
	Fingerprint []byte        // of everything that the answer depends on
	Kept        time.Duration // how long it is remembered; 0 means AnswersKept
}

// Run is one run of a repeatable request. Began and Seed are the first run's: ids made of them are the same in every run, so what a run
// does after one that died half-way replaces what that one left.
type Run struct {
	Holder []byte // tells this run from others
	Began  time.Time
	Seed   [32]byte // random
}

// KeptAnswer is the answer to a repeatable request.
type KeptAnswer struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Idempotency remembers repeatable requests. Of all requests with one key one at a time runs, in one region; another region knows of it as
// soon as it is replicated.
type Idempotency interface {
	// Begin starts a run, or returns the answer of one before. The run must be over before the lease is: then others may begin.
	// ErrKeyReused when the key came with another fingerprint, ErrKeyInProgress while another run has the lease.
	Begin(ctx context.Context, request Repeatable, lease time.Duration) (Run, *KeptAnswer, error)
	// Finish keeps the answer of the run; every later Begin returns it. It changes nothing when another run has begun since.
	Finish(ctx context.Context, request Repeatable, run Run, answer KeptAnswer) error
	// Release ends the run without an answer: the next Begin starts another one. It changes nothing when another run has begun since.
	Release(ctx context.Context, request Repeatable, run Run) error
}
