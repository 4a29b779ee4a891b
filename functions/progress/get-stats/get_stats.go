package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetStats shows callers how far they are, in all and by track.
type GetStats struct{ Stats domain.Stats }

// In is the request.
type In struct{ Caller domain.Caller }

// Out has a row for each track with published lessons, by name.
type Out struct {
	Total  httpapi.Stats `json:"total"`
	Tracks []Track       `json:"tracks"`
}

// Track is how far the caller is in one track.
type Track struct {
	Track string `json:"track"`
	httpapi.Stats
}

// Do reads everything in one call.
func (g GetStats) Do(ctx context.Context, in In) (Out, error) {
	summary, published, err := g.Stats.Stats(ctx, in.Caller.UserID)
	if err != nil {
		return Out{}, err
	}
	out := Out{Total: httpapi.ViewStats(summary.Total, published.Total), Tracks: []Track{}}
	for _, track := range slices.SortedFunc(maps.Keys(published.Tracks), func(a, b domain.Track) int { return strings.Compare(a.String(), b.String()) }) {
		out.Tracks = append(out.Tracks, Track{track.String(), httpapi.ViewStats(summary.Tracks[track].Tally, published.Tracks[track])})
	}
	return out, nil
}
