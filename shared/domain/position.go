package domain

import (
	"cmp"
	"time"

	"lyceum/shared/domain/fault"
)

// Position is where a learner left a lesson, as one device saw it. The zero Position is none.
type Position struct {
	Value    int    // seconds from the start, or percent
	Percent  bool   // what Value is
	Duration int    // of the lesson, in seconds; 0 = not said
	Device   string // what the client calls itself
	At       time.Time
}

// maxSeconds bounds positions and durations: a week.
const maxSeconds = 7 * 24 * 3600

// PositionDraft is what a client says of a position.
type PositionDraft struct {
	Position, Duration *int
	Unit, Device       string // unit: seconds, which is meant by "" too, or percent
}

// Parse checks a position that was left at that time.
func (d PositionDraft) Parse(at time.Time) (Position, error) {
	var bad fault.Details
	p := Position{Percent: d.Unit == "percent", At: at}
	if d.Unit != "" && d.Unit != "seconds" && d.Unit != "percent" {
		bad.Add("unit", fault.New(fault.Invalid, "progress.unit_invalid", "must be seconds or percent"))
	}
	most, message := maxSeconds, "must be whole seconds from 0 to 604800, and not beyond the duration"
	if p.Percent {
		most, message = 100, "must be a whole number of percent from 0 to 100"
	}
	if d.Duration != nil {
		if p.Duration = *d.Duration; p.Duration < 1 || p.Duration > maxSeconds {
			bad.Add("duration", fault.New(fault.Invalid, "progress.duration_invalid", "must be whole seconds from 1 to 604800"))
		} else if !p.Percent {
			most = p.Duration
		}
	}
	if d.Position == nil {
		bad.Add("position", fault.ErrMissing)
	} else if p.Value = *d.Position; p.Value < 0 || p.Value > most {
		bad.Add("position", fault.New(fault.Invalid, "progress.position_invalid", message))
	}
	var err error
	p.Device, err = ParseLine(d.Device, 64, false)
	bad.Add("device", err)
	return p, bad.Err()
}

// Compare orders positions of one lesson: the newest clock, then the greater position is greater. Ties are broken by everything else, so
// that every region decides alike.
func (p Position) Compare(q Position) int {
	unit := func(p Position) int {
		if p.Percent {
			return 0
		}
		return 1 // seconds are the finer measure
	}
	return cmp.Or(p.At.Compare(q.At), cmp.Compare(unit(p), unit(q)), cmp.Compare(p.Value, q.Value),
		cmp.Compare(p.Duration, q.Duration), cmp.Compare(p.Device, q.Device))
}

// IsZero tells that there is none.
func (p Position) IsZero() bool { return p.At.IsZero() }
