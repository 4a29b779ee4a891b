package objects

import (
	"context"
	"errors"
	"time"

	"lyceum/shared/domain"
)

// elsewhereWait bounds the question to other regions, so that one that is down does not use up a
// request's time.
const elsewhereWait = 3 * time.Second

// Copies reads objects that S3 copies between regions. A new region has nothing that was written
// before it was added until Batch Replication has copied it, and a new object needs seconds to
// arrive.
type Copies struct {
	Here   Bucket
	Others []Bucket // of the other regions
}

// Get reads an object of at most limit bytes from this region's bucket, else from the first other
// one that answers with it. domain.ErrNoContent if no bucket has it. ErrUnavailable if one that may
// have it did not answer.
func (c Copies) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	content, err := c.Here.Get(ctx, key, limit)
	if !errors.Is(err, domain.ErrNoContent) || len(c.Others) == 0 {
		return content, err
	}
	type answer struct {
		content []byte
		err     error
	}
	ctx, cancel := context.WithTimeout(ctx, elsewhereWait)
	defer cancel()
	answers := make(chan answer, len(c.Others))
	for _, other := range c.Others {
		go func() {
			content, err := other.Get(ctx, key, limit)
			answers <- answer{content, err}
		}()
	}
	for range c.Others {
		a := <-answers
		if a.err == nil {
			return a.content, nil
		}
		if !errors.Is(a.err, domain.ErrNoContent) {
			err = a.err
		}
	}
	return nil, err
}
