package domain

import "time"

// Policy limits how often one subject may do one thing: Limit times at once, and one time more after each Window/Limit. However the
// requests are spread, a subject gets at most twice Limit in a Window, and in the long run Limit.
type Policy struct {
	Name   string // without "#"; part of the stored key, so that policies never share a count
	Limit  int
	Window time.Duration // Window/Limit is whole milliseconds
}

// Decision is what a Limiter says of one request. Durations are longer than 0 unless said otherwise.
type Decision struct {
	Allowed    bool
	Limit      int           // as of the policy
	Remaining  int           // how many more would be allowed now
	Reset      time.Duration // until Limit are allowed at once again
	RetryAfter time.Duration // until the next is allowed; 0 if this one was
}
