package regions

import (
	"sync"
	"time"
)

// feed carries what changes in one region to another: the writes of a table, or the objects of all buckets.
type feed struct {
	what, from, to string
	read           func(after uint64, limit int) ([]parcel, uint64, error) // and the number to go on from
	last           func() (uint64, error)                                  // number of the newest change
	save           func(position uint64) error
	wake           func() <-chan struct{} // closed by the next change

	mu       sync.Mutex
	position uint64 // everything up to here has arrived
	next     uint64 // everything up to here was read
	underWay []*parcel
}

// parcel is one item or object on its way.
type parcel struct {
	sequence uint64
	at       time.Time
	deliver  func() error

	due     time.Time
	arrived bool
}

// Bounds of one round. A feed that is far behind reads on when what it has read has arrived.
const (
	readBatch   = 500
	maxUnderWay = 2000
	retryAfter  = time.Second // after an error
	idle        = 10 * time.Second
)

func (w *World) tableFeed(table, from, to string) (*feed, error) {
	source, target := w.engines[from], w.engines[to]
	f := &feed{what: table, from: from, to: to, wake: source.Changed, last: func() (uint64, error) { return source.Sequence(table) }}
	f.read = func(after uint64, limit int) ([]parcel, uint64, error) {
		updates, next, err := source.Updates(table, after, limit)
		parcels := make([]parcel, len(updates))
		for i, u := range updates {
			parcels[i] = parcel{sequence: u.Sequence, at: u.At, deliver: func() error {
				conflict, err := target.Apply(u)
				if conflict != nil {
					w.noteConflict(conflict)
				}
				return err
			}}
		}
		return parcels, next, err
	}
	f.save = func(position uint64) error {
		if err := target.SetPosition(from, table, position); err != nil {
			return err
		}
		source.Release(table, w.arrivedEverywhere(table, from))
		return nil
	}
	var err error
	f.position, err = target.Position(from, table)
	f.next = f.position
	return f, err
}

// arrivedEverywhere is up to where a region's changes are in all others.
func (w *World) arrivedEverywhere(what, from string) uint64 {
	lowest := ^uint64(0)
	for _, f := range w.feeds {
		if f.what == what && f.from == from {
			f.mu.Lock()
			lowest = min(lowest, f.position)
			f.mu.Unlock()
		}
	}
	return lowest
}

// carry runs a feed until the world ends.
func (w *World) carry(f *feed) {
	for {
		wake := f.wake()
		reachable, _, changed := w.state(f.from, f.to)
		wait, err := w.round(f, reachable)
		if err != nil {
			w.log.Error("regions: replication is delayed", "what", f.what, "from", f.from, "to", f.to, "error", err)
			wait, wake, changed = retryAfter, nil, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-w.stop:
			timer.Stop()
			return
		case <-wake:
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// round reads what is new, delivers what is due, and tells when to come again at the latest.
func (w *World) round(f *feed, reachable bool) (wait time.Duration, err error) {
	if err := w.pickUp(f); err != nil {
		return 0, err
	}
	if !reachable {
		return idle, nil
	}
	wait = idle
	now := time.Now()
	for _, p := range f.underWay {
		if p.arrived {
			continue
		}
		if left := p.due.Sub(now); left > 0 {
			wait = min(wait, left)
			continue
		}
		if ok, _, _ := w.state(f.from, f.to); !ok {
			break
		}
		if err := p.deliver(); err != nil {
			return 0, err
		}
		f.mu.Lock()
		p.arrived = true
		f.mu.Unlock()
	}
	return wait, f.settle()
}

// pickUp reads what is new; each parcel takes the way's time of its own from when it was written.
func (w *World) pickUp(f *feed) error {
	for len(f.underWay) < maxUnderWay {
		parcels, next, err := f.read(f.next, readBatch)
		if err != nil {
			return err
		}
		f.mu.Lock()
		for i := range parcels {
			_, way, _ := w.state(f.from, f.to)
			parcels[i].due = parcels[i].at.Add(way)
			f.underWay = append(f.underWay, &parcels[i])
		}
		more := next > f.next
		f.next = next
		f.mu.Unlock()
		if !more {
			return nil
		}
	}
	return nil
}

// settle notes up to where everything has arrived.
func (f *feed) settle() error {
	f.mu.Lock()
	n, reached := 0, f.position
	for n < len(f.underWay) && f.underWay[n].arrived {
		reached = f.underWay[n].sequence
		n++
	}
	if f.underWay = f.underWay[n:]; len(f.underWay) == 0 {
		f.underWay, reached = nil, f.next
	}
	f.position = reached
	f.mu.Unlock()
	if n == 0 { // only what others wrote was passed
		return nil
	}
	return f.save(reached)
}

// waiting tells how much of a feed has not arrived, and since when the oldest of it waits.
func (f *feed) waiting() (n int, oldest time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.underWay {
		if !p.arrived {
			if n++; oldest.IsZero() || p.at.Before(oldest) {
				oldest = p.at
			}
		}
	}
	return n, oldest
}

// quiet tells whether everything that was written has arrived everywhere, and how much that is.
func (w *World) quiet() (quiet bool, written uint64, err error) {
	for _, f := range w.feeds {
		last, err := f.last()
		if err != nil {
			return false, 0, err
		}
		f.mu.Lock()
		done := f.position >= last && len(f.underWay) == 0
		f.mu.Unlock()
		if !done {
			return false, 0, nil
		}
		written += last
	}
	for name := range w.strong {
		if behind, _, err := w.behind(name); err != nil || len(behind) > 0 {
			return false, 0, err
		}
	}
	return true, written, nil
}

// quietAndIdle looks a second time: what consumers wrote and were done with between two looks has made the number greater.
func (w *World) quietAndIdle() (bool, error) {
	quiet, before, err := w.quiet()
	if err != nil || !quiet || w.idle == nil {
		return quiet, err
	}
	if idle, err := w.idle(); err != nil || !idle {
		return false, err
	}
	quiet, after, err := w.quiet()
	return quiet && before == after, err
}
