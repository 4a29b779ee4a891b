package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"lyceum/shared/domain"
)

// FollowCatalogue brings all learners of a region up to date when lessons were published, hidden,
// moved or deleted: totals, lists of begun lessons, and certificates of tracks whose last missing
// lesson went away.
type FollowCatalogue struct {
	Lessons   domain.Arrivals
	Users     domain.Directory
	Followers domain.Followers
	Passes    domain.Passes
	Now       func() time.Time
	Random    io.Reader
}

const (
	step    = 50               // learners between two reports
	working = 20 * time.Second // before another invocation continues
	lease   = 2 * time.Second  // after a report in which nobody else continues the pass
	waiting = 3 * time.Second  // for lessons to arrive from the region that changed them
)

// Do waits for the changed lessons to arrive here, and then goes through all learners, unless
// somebody else does so already: that pass is then followed by another. It may run any number of
// times. A pass that was killed is continued by the event that comes again.
func (f FollowCatalogue) Do(ctx context.Context, event domain.Event) error {
	if event.Type == domain.CatalogueChanged {
		if err := f.arrive(ctx, event); err != nil {
			return err
		}
		if err := f.Passes.Want(ctx); err != nil {
			return err
		}
	}
	for tries := 0; ; {
		now := f.Now()
		pass, due, busy, err := f.Passes.Take(ctx, now, now.Add(lease))
		switch {
		case err != nil:
			return err
		case due:
			if more, err := f.run(ctx, pass); err != nil || !more {
				return err
			}
		case !busy || tries > 0: // it is done, or somebody is at work
			return nil
		default: // whoever has the pass may be dead
			tries++
			if err := pause(ctx, lease+lease/10); err != nil {
				return err
			}
		}
	}
}

// arrive waits for the lessons that the event names.
func (f FollowCatalogue) arrive(ctx context.Context, event domain.Event) error {
	versions, err := domain.ParseChangedLessons(event.Data)
	if err != nil {
		return err
	}
	for end := f.Now().Add(waiting); ; {
		missing, old, err := f.Lessons.Arrived(ctx, versions, event.At)
		switch {
		case err != nil:
			return err
		case old == 0 && (missing == 0 || f.Now().After(end)): // who is missing for long was deleted since
			return nil
		case f.Now().After(end):
			return fmt.Errorf("event %s: %d changed lessons have not arrived in this region", event.ID, old)
		}
		if err := pause(ctx, waiting/10); err != nil {
			return err
		}
	}
}

// run goes through learners from where the pass stands. It reports whether there is more to do for
// this caller.
func (f FollowCatalogue) run(ctx context.Context, pass domain.Pass) (more bool, err error) {
	for end := f.Now().Add(working); ; {
		users, next, err := f.Users.List(ctx, domain.Page{After: pass.After, Limit: step})
		if err != nil {
			return false, err
		}
		ids := make([]domain.UserID, len(users))
		for i, user := range users {
			ids[i] = user.ID()
		}
		if _, err := f.Followers.Follow(ctx, ids, f.Now(), f.Random); err != nil {
			return false, err
		}
		if pass.After = next; next == "" {
			return f.Passes.Leave(ctx, pass, nil)
		}
		if f.Now().After(end) {
			event, err := domain.NewEvent(domain.CatalogueDue, f.Now(), f.Random, nil)
			if err != nil {
				return false, err
			}
			_, err = f.Passes.Leave(ctx, pass, &event)
			return false, err
		}
		pass.Until = f.Now().Add(lease).UnixMilli()
		if err := f.Passes.Keep(ctx, pass); err != nil {
			return false, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
