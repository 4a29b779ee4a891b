package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"lyceum/shared/domain/fault"
)

// DeepHealth tells whether this region can serve: each of its tables and buckets answers a read. Route 53's health checks ask it, and
// take a region that fails out of DNS.
type DeepHealth struct {
	Region, Version string
	Parts           map[string]func(context.Context) error
	Now             func() time.Time

	mu    sync.Mutex
	asked time.Time
	bad   fault.Details
}

// Limits of a check: its parts are asked at once, and the result is given again for a moment, so that a flood of questions is no load.
const (
	patience = 4 * time.Second
	kept     = time.Second
)

// ErrUnhealthy names, in its details, the parts that do not answer.
var ErrUnhealthy = fault.New(fault.Unavailable, "health.failing", "This region cannot serve requests now.")

// In is the request.
type In struct{}

// Out is the answer.
type Out struct {
	Status  string   `json:"status"` // ok
	Region  string   `json:"region"`
	Version string   `json:"version"`
	Parts   []string `json:"parts"` // what answered
}

// Do answers within patience.
func (h *DeepHealth) Do(ctx context.Context, _ In) (Out, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := h.Now(); h.asked.IsZero() || now.Sub(h.asked) >= kept {
		h.bad, h.asked = h.ask(ctx), now
	}
	if len(h.bad) > 0 {
		failing := *ErrUnhealthy
		failing.Details = h.bad
		return Out{}, &failing
	}
	return Out{"ok", h.Region, h.Version, slices.Sorted(maps.Keys(h.Parts))}, nil
}

func (h *DeepHealth) ask(ctx context.Context) (bad fault.Details) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var mu sync.Mutex
	var all sync.WaitGroup
	for name, ping := range h.Parts {
		all.Go(func() {
			if err := ping(ctx); err != nil {
				mu.Lock()
				defer mu.Unlock()
				bad = append(bad, fault.Detail{Field: name, Code: "storage.unavailable", Message: "does not answer"})
			}
		})
	}
	all.Wait()
	slices.SortFunc(bad, func(a, b fault.Detail) int { return strings.Compare(a.Field, b.Field) })
	return bad
}
