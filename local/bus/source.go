package bus

import (
	"time"
)

// Source is where events come from. Its entries are numbered; which were read is remembered.
type Source struct {
	Name string
	// Read returns up to limit entries after a number, the oldest first.
	Read func(after uint64, limit int) ([]Entry, error)
	// Changed returns a channel that is closed, or that receives, when there may be more. It is asked before Read.
	Changed func() <-chan struct{}
	// Forget is told, once they are stored, that the entries up to a number are no longer needed; it may be nil.
	Forget func(through uint64) error
}

// Entry is an event for a bus, or only a number if Bus is empty: what a filter left out.
type Entry struct {
	Number uint64
	Bus    string
	Event  Event
}

const (
	batch   = 100             // entries in one write
	retried = 2 * time.Second // after a source or the file failed
)

// follow reads a source until Close.
func (b *Bus) follow(s Source) {
	after, known := uint64(0), false
	for b.ctx.Err() == nil {
		changed := s.Changed()
		more, err := false, error(nil)
		if !known {
			after, err = b.resume(s)
			known = err == nil
		}
		if known {
			more, err = b.step(s, &after)
		}
		switch {
		case err != nil:
			b.opts.Log.Error("events are not read", "source", s.Name, "error", err)
			b.sleep(nil, retried)
		case !more:
			b.sleep(changed, time.Minute)
		}
	}
}

// resume is the position to go on from. When the entry read last is gone and none came after it, the source is another one, or lost its
// last moments: then all that it has is read again.
func (b *Bus) resume(s Source) (after uint64, err error) {
	if after, err = b.position(s.Name); err != nil || after == 0 {
		return 0, err
	}
	if entries, err := s.Read(after-1, 1); err != nil || len(entries) == 0 {
		return 0, err
	}
	return after, nil
}

// step stores the deliveries of the next entries together with the position behind them.
func (b *Bus) step(s Source, after *uint64) (more bool, err error) {
	entries, err := s.Read(*after, batch)
	if err != nil || len(entries) == 0 {
		return false, err
	}
	var deliveries []*delivery
	for _, e := range entries {
		if e.Bus == "" {
			continue
		}
		made, err := b.route(e.Bus, b.event(e.Event))
		if err != nil {
			return false, err
		}
		deliveries = append(deliveries, made...)
	}
	last := entries[len(entries)-1].Number
	if err := b.store(deliveries, s.Name, last); err != nil {
		return false, err
	}
	*after = last
	b.enqueue(deliveries...)
	if s.Forget != nil {
		return true, s.Forget(last)
	}
	return true, nil
}

// sleep ends early when told to or when the bus closes.
func (b *Bus) sleep(early <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-early:
	case <-timer.C:
	case <-b.ctx.Done():
	}
}
