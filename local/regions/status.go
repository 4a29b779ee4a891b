package regions

import (
	"context"
	"time"

	"lyceum/local/dynamodb"
)

// State is what the world looks like.
type State struct {
	Regions   []RegionState
	Links     []LinkState
	Waiting   []Waiting
	Lost      map[string]int      // writes that lost a conflict since the start, by table
	Conflicts []dynamodb.Conflict // the last hundred of them
}

// RegionState is one region.
type RegionState struct {
	Name              string
	Isolated, Stopped bool
	Skew              string // how far its clock is ahead: "1s", "-20ms"
}

// LinkState is one link; its times are texts such as "20ms".
type LinkState struct {
	A, B, Lag, Jitter string
	Cut               bool
}

// Waiting is what has not arrived yet.
type Waiting struct {
	What, From, To string
	Count          int
	Oldest         time.Time `json:",omitzero"`
}

// State tells all that can be seen from outside.
func (w *World) State() State {
	s := State{Waiting: []Waiting{}, Lost: map[string]int{}, Conflicts: []dynamodb.Conflict{}}
	for _, f := range w.feeds {
		if n, oldest := f.waiting(); n > 0 {
			s.Waiting = append(s.Waiting, Waiting{f.what, f.from, f.to, n, oldest})
		}
	}
	for name := range w.strong {
		behind, _, err := w.behind(name)
		if err != nil {
			continue
		}
		for region, n := range behind {
			s.Waiting = append(s.Waiting, Waiting{What: name, From: "the others", To: region, Count: int(n)})
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range w.Regions {
		p := w.places[name]
		s.Regions = append(s.Regions, RegionState{name, p.isolated, p.stopped, p.skew.String()})
	}
	for i, a := range w.Regions {
		for _, b := range w.Regions[i+1:] {
			l := w.links[pairOf(a, b)]
			s.Links = append(s.Links, LinkState{l.A, l.B, l.Lag.String(), l.Jitter.String(), l.Cut})
		}
	}
	for table, n := range w.lostCount {
		s.Lost[table] = n
	}
	s.Conflicts = append(s.Conflicts, w.lost...)
	return s
}

// Quiet returns when everything that was written before has arrived everywhere, and so has what was written because of that.
func (w *World) Quiet(ctx context.Context) error {
	for {
		if quiet, err := w.quietAndIdle(); quiet || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
