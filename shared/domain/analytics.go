package domain

import (
	"context"
	"time"

	"lyceum/shared/domain/fault"
)

// Day is a date in UTC, as 2026-03-04.
type Day struct{ s string }

// ErrDay is returned for text that is not a date.
var ErrDay = fault.New(fault.Invalid, "analytics.date_invalid", "must be a date like 2026-03-04")

// MaxAnalyticsDays is how many days one reading of analytics covers at most.
const MaxAnalyticsDays = 92

// DayOf returns the date of t in UTC.
func DayOf(t time.Time) Day { return Day{t.UTC().Format(time.DateOnly)} }

// ParseDay reads a date.
func ParseDay(text string) (Day, error) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return Day{}, ErrDay
	}
	return Day{text}, nil
}

// RestoreDay is for stores.
func RestoreDay(text string) Day { return Day{text} }

// String returns the date as 2026-03-04.
func (d Day) String() string { return d.s }

// Start returns the first moment of the day.
func (d Day) Start() time.Time {
	t, _ := time.Parse(time.DateOnly, d.s)
	return t
}

// DayCount is how often one kind of event happened on one day. Track is the zero Track for events
// of no track.
type DayCount struct {
	Day   Day
	Kind  EventType
	Track Track
	Count int
}

// Analytics counts events by day.
type Analytics interface {
	// Count adds one, once for each event however often it is called. Counts are by region and add
	// up, so regions never overwrite each other.
	Count(ctx context.Context, event Event, track Track) error
	// Counts returns the counts of all regions, by day, kind and track in this order. What happened
	// seconds ago may be missing.
	Counts(ctx context.Context, from, to Day) ([]DayCount, error)
}
