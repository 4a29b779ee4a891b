package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Policy limits how often one subject may do one thing: Limit times at once, and one time more after each Window/Limit. However the
// requests are spread, a subject gets at most twice Limit in a Window, and in the long run Limit.
type Policy struct {
	Name   string // without "#"; part of the stored key, so that policies never share a count
	Limit  int
	Window time.Duration // Window/Limit is whole milliseconds
	Kept   time.Duration // for tries at a secret: how long failures in a row are remembered after the last try, at least
}

// Subject stands for somebody in a limit's key: what is stored tells no address and no id.
func Subject(who string) string {
	sum := sha256.Sum256([]byte(who))
	return hex.EncodeToString(sum[:])
}

// Decision is what a Limiter says of one request. Durations are longer than 0 unless said otherwise.
type Decision struct {
	Allowed    bool
	Limit      int           // as of the policy
	Remaining  int           // how many more would be allowed now
	Reset      time.Duration // until Limit are allowed at once again
	RetryAfter time.Duration // until the next is allowed; 0 if this one was
	Failures   int           // wrong tries in a row until now, of a policy that keeps them
	Locked     bool          // refused for them, not for the limit
}

// Schedule of the lock-out after wrong tries in a row.
const (
	freeFailures = 4 // that cost nothing: people mistype
	firstLock    = 30 * time.Second
	longestLock  = 15 * time.Minute
)

// LockAfter is how long a subject is locked after that many wrong tries in a row: not at all after 1 to 4, then 30 s, 1, 2, 4 and 8 minutes,
// and 15 minutes from the tenth on. Tries while it is locked do not count, so nobody can make a lock longer than that.
func LockAfter(failures int) time.Duration {
	if failures <= freeFailures {
		return 0
	}
	return min(firstLock<<min(failures-freeFailures-1, 10), longestLock)
}
