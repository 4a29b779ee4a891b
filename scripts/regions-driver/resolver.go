package main

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// healthLimit is how long a health check waits, as Route 53's do for the connection.
const healthLimit = 4 * time.Second

// resolver leads clients to the nearest region that is healthy, as Route 53 does with latency records: it asks each region's deep health
// at an interval, and as many failures, or good answers, in a row change its mind.
type resolver struct {
	cloud    *cloud
	interval time.Duration
	failures int

	mu   sync.Mutex
	out  []bool
	row  []int // answers in a row against what it believes
	good []int // answers so far
}

func newResolver(c *cloud, o options) *resolver {
	return &resolver{cloud: c, interval: o.interval, failures: o.failures, out: make([]bool, len(c.apis)), row: make([]int, len(c.apis)), good: make([]int, len(c.apis))}
}

// run asks until ctx ends.
func (r *resolver) run(ctx context.Context) {
	var all sync.WaitGroup
	for region := range r.cloud.apis {
		all.Go(func() {
			tick := time.NewTicker(r.interval)
			defer tick.Stop()
			for {
				r.note(region, r.cloud.callWithin(healthLimit, region, "GET", "/api/health/deep", "", nil).status == http.StatusOK)
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
			}
		})
	}
	all.Wait()
}

func (r *resolver) note(region int, good bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if good {
		r.good[region]++
	}
	if good != r.out[region] {
		r.row[region] = 0
		return
	}
	if r.row[region]++; r.row[region] == r.failures {
		r.out[region], r.row[region] = !good, 0
	}
}

// nearest is where a client goes whose nearest region is home: the next one that is healthy, or home if none is.
func (r *resolver) nearest(home int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.out {
		if region := (home + i) % len(r.out); !r.out[region] {
			return region
		}
	}
	return home
}

// awaitGood returns right after a region's next good answer, or when ctx ends.
func (r *resolver) awaitGood(ctx context.Context, region int) {
	count := func() int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.good[region]
	}
	for before := count(); count() == before && ctx.Err() == nil; {
		time.Sleep(time.Millisecond)
	}
}
