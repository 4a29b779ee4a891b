package domain_test

import (
	"maps"
	"testing"

	"lyceum/shared/domain"
)

func TestMergeCounts(t *testing.T) {
	t.Parallel()
	goes, sql, gone := domain.RestoreTrack("go"), domain.RestoreTrack("sql"), domain.RestoreTrack("gone")
	of := func(total int, tracks map[domain.Track]int) domain.CatalogueCounts {
		return domain.CatalogueCounts{Total: total, Tracks: tracks}
	}
	got := domain.MergeCounts([]domain.CatalogueCounts{
		of(3, map[domain.Track]int{goes: 2, gone: 1}), {}, of(1, map[domain.Track]int{goes: 1, sql: 2, gone: -2}),
	})
	if want := map[domain.Track]int{goes: 3, sql: 2}; got.Total != 4 || !maps.Equal(got.Tracks, want) {
		t.Errorf("got %v, want 4 with %v", got, want)
	}
	if got := domain.MergeCounts([]domain.CatalogueCounts{of(-1, nil)}); got.Total != 0 || len(got.Tracks) != 0 {
		t.Errorf("a correction alone is %v, want nothing", got)
	}
}
