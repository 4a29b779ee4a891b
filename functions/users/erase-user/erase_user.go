package main

import (
	"context"
	"fmt"
	"time"

	"lyceum/shared/domain"
)

// EraseUser finishes what delete-me began.
type EraseUser struct {
	Erasures domain.Erasures
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error
}

// settled is when no request that was let in before the sessions ended can write any more: every function's timeout is shorter.
const settled = time.Minute

// Do erases at once, and again when all requests that were under way are over, because they may have written behind the first time.
func (e EraseUser) Do(ctx context.Context, event domain.Event) error {
	user, err := domain.ParseID[domain.User](event.Data["userId"])
	if err != nil {
		return fmt.Errorf("the event names no user: %w", err)
	}
	session, _ := domain.ParseID[domain.Session](event.Data["sessionId"]) // zero: nobody is shown the receipt
	erasure, err := e.Erasures.Erase(ctx, user, session)
	if err != nil {
		return err
	}
	if wait := erasure.BeganAt.Add(settled).Sub(e.Now()); wait > 0 {
		if err := e.Sleep(ctx, wait); err != nil {
			return err
		}
		_, err = e.Erasures.Erase(ctx, user, session)
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
