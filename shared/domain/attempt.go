package domain

import (
	"slices"
	"strings"
	"time"

	"lyceum/shared/domain/fault"
)

// AttemptID tells a repeated request from another attempt. The client makes it, or the function when the client does not.
type AttemptID = ID[Attempt]

// Attempt is one time that a learner finished a lesson.
type Attempt struct {
	ID    AttemptID
	Score Score
	At    time.Time
}

// AttemptsKnown is how many ids of attempts a shard remembers for one lesson. Older ones are only counted: a repetition of one is
// recognised as such by its age alone, and so is an attempt that comes later than AttemptsKnown younger ones, which is not counted then.
const AttemptsKnown = 128

// ClockAhead is how far a client's clock may be ahead of ours in what it did offline. More is refused: cut to our time, it would be another
// change at each repetition. What a client does now is never later than now.
const ClockAhead = 5 * time.Minute

// Faults of changes that clients made offline.
var (
	ErrClockAhead = fault.New(fault.Invalid, "progress.clock_ahead",
		"is more than 5 minutes ahead of the server; correct the clock by serverTime and send it again")
	ErrNoTime    = fault.New(fault.Invalid, "progress.time_invalid", "must be a time like 2026-03-04T12:00:00.000Z, from the year 2000 on")
	ErrAttemptID = fault.New(fault.Invalid, "progress.change_id_invalid", "must be a UUID of version 7 in lower case, made when the lesson was finished")
)

// epoch is before any lesson of ours.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// ParseClientTime reads RFC 3339 in any zone, cut to milliseconds.
func ParseClientTime(text string) (time.Time, error) {
	if len(text) > 64 {
		return time.Time{}, ErrNoTime
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Before(epoch) {
		return time.Time{}, ErrNoTime
	}
	return Millis(t), nil
}

// ParseAttemptID reads a client's id. One of the future would make all younger ones look old.
func ParseAttemptID(text string, now time.Time) (AttemptID, error) {
	id, err := ParseID[Attempt](text)
	if err != nil || id.Time().After(now.Add(ClockAhead)) {
		return AttemptID{}, ErrAttemptID
	}
	return id, nil
}

func compareIDs(a, b AttemptID) int { return strings.Compare(a.String(), b.String()) }

// Attempts are the ids of a shard's attempts: the latest ones, and how many there were before.
type Attempts struct {
	Known     []AttemptID // ascending, at most AttemptsKnown
	Forgotten int
	Horizon   AttemptID // the greatest that was forgotten
}

// Has tells whether the attempt is remembered.
func (a Attempts) Has(id AttemptID) bool {
	_, found := slices.BinarySearchFunc(a.Known, id, compareIDs)
	return found
}

// add remembers one more; what is forgotten for it is counted unless elsewhere, another region's shard, still knows it.
func (a *Attempts) add(id AttemptID, elsewhere func(AttemptID) bool) {
	at, _ := slices.BinarySearchFunc(a.Known, id, compareIDs)
	a.Known = slices.Insert(slices.Clone(a.Known), at, id)
	if len(a.Known) <= AttemptsKnown {
		return
	}
	a.Horizon, a.Known = a.Known[0], a.Known[1:]
	if !elsewhere(a.Horizon) {
		a.Forgotten++
	}
}
