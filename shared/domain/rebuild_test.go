package domain_test

import (
	"fmt"
	"testing"

	"lyceum/shared/domain"
)

// A summary has room for so many tracks: a count that was taken back does not need any.
func TestARebuiltSummaryHasRoomForWhatCounts(t *testing.T) {
	t.Parallel()
	var shards []domain.LessonShard
	for i := range domain.TracksLimit + 1 {
		counted := domain.Tally{Completed: 1, ScoreSum: 50}
		if i == 0 {
			counted = domain.Tally{}
		}
		track := domain.RestoreTrack(fmt.Sprintf("track-%02d", i))
		shards = append(shards, domain.LessonShard{LessonID: lessonNamed(i), Shard: domain.Shard{Track: track, Counted: map[domain.Track]domain.Tally{track: counted}}})
	}
	got := domain.Rebuild(domain.Summary{}, shards)
	for _, s := range shards[1:] {
		if got.Tracks[s.Track].Tally != s.Counted[s.Track] {
			t.Errorf("%v counts %+v, want %+v", s.Track, got.Tracks[s.Track].Tally, s.Counted[s.Track])
		}
	}
}
