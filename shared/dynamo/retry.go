package dynamo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain/fault"
)

// ErrBusy is returned when others changed the same things again and again until time ran out. Nothing was saved.
var ErrBusy = fault.New(fault.Unavailable, "storage.busy", "Too many changes to the same thing at once. Try again in a moment.")

// maxTries bounds how often a change is tried anew because others were faster; the context's deadline bounds it too.
const maxTries = 60

// pause waits before the given try, the first (0) not at all: full jitter, doubling from 10 ms to at most 320 ms. It fails when the
// context would end before.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return nil
	}
	wait := time.Duration(rand.Int64N(int64(10 * time.Millisecond << min(try-1, 5))))
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return ErrBusy
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ErrBusy.Because(ctx.Err())
	case <-timer.C:
		return nil
	}
}

// lostRace tells whether a transaction was cancelled only because somebody else was faster, so that loading again and deciding anew helps.
func lostRace(err error) bool {
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		var conflict *types.TransactionConflictException
		return errors.As(err, &conflict)
	}
	for _, reason := range cancelled.CancellationReasons {
		switch deref(reason.Code) {
		case "None", "ConditionalCheckFailed", "TransactionConflict":
		default:
			return false
		}
	}
	return true
}

// create runs a transaction whose first write makes a thing that must not exist. If it exists, an earlier try has made it all.
func (t Table) create(ctx context.Context, writes []types.TransactWriteItem) error {
	for try := range maxTries {
		if err := pause(ctx, try); err != nil {
			return err
		}
		_, err := t.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
		var cancelled *types.TransactionCanceledException
		if err == nil || errors.As(err, &cancelled) && len(cancelled.CancellationReasons) > 0 &&
			deref(cancelled.CancellationReasons[0].Code) == "ConditionalCheckFailed" {
			return nil
		}
		if !lostRace(err) {
			return failed(err)
		}
	}
	return ErrBusy
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
