package domain

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Limits of a summary, which bound its size: a dashboard costs the same however much was learned.
const (
	RecentLimit = 10 // completions
	TracksLimit = 64 // tracks with a tally of their own, in one region; lessons of further ones count in the total alone
)

// Recent is a lesson's latest completion as it was at that time; a later change of the title does not reach it.
type Recent struct {
	LessonID    LessonID
	Title       string
	Score       Score
	CompletedAt time.Time
}

// TrackTally is what is counted of one track.
type TrackTally struct {
	Tally
	Told bool // that the track is complete
}

// Summary is what one region has added to one learner's totals, with the latest completions there. It is saved in the same
// transaction as the progress it counts.
type Summary struct {
	Total   Tally
	Tracks  map[Track]TrackTally
	Recent  []Recent // newest first, one per lesson
	Days    Days
	Version int // 0 = not saved yet
}

// Count adds to the totals. The sum of the summaries of all regions is the truth; one of them alone can be below zero.
func (s *Summary) Count(change map[Track]Tally) {
	tracks := map[Track]TrackTally{}
	maps.Copy(tracks, s.Tracks)
	for _, track := range slices.SortedFunc(maps.Keys(change), compareTracks) {
		s.Total = s.Total.plus(change[track])
		if t, known := tracks[track]; known || len(tracks) < TracksLimit {
			t.Tally = t.plus(change[track])
			tracks[track] = t
		}
	}
	s.Tracks = tracks
}

// Remember puts a completion among the recent ones.
func (s *Summary) Remember(done Recent) {
	done.CompletedAt = Millis(done.CompletedAt)
	s.Recent = newest(append([]Recent{done}, s.Recent...))
}

// MergeSummaries is what the learner sees: totals add up, the latest completions of all regions are sorted together.
func MergeSummaries(shards []Summary) Summary {
	all := Summary{Tracks: map[Track]TrackTally{}}
	var days []Days
	for _, s := range shards {
		all.Total = all.Total.plus(s.Total)
		for track, t := range s.Tracks {
			all.Tracks[track] = TrackTally{t.plus(all.Tracks[track].Tally), t.Told || all.Tracks[track].Told}
		}
		all.Recent = append(all.Recent, s.Recent...)
		days = append(days, s.Days)
	}
	// A region's correction may be seen here before the count that it corrects.
	all.Total = all.Total.positive()
	for track, t := range all.Tracks {
		all.Tracks[track] = TrackTally{t.positive(), t.Told}
	}
	maps.DeleteFunc(all.Tracks, func(_ Track, t TrackTally) bool { return t == TrackTally{} })
	all.Recent, all.Days = newest(all.Recent), MergeDays(days)
	return all
}

func (t Tally) positive() Tally { return Tally{max(0, t.Completed), max(0, t.ScoreSum)} }

// AverageScore is the mean of the best scores with one decimal, 0 without completions.
func (t Tally) AverageScore() float64 {
	if t.Completed == 0 {
		return 0
	}
	tenths := (20*t.ScoreSum + t.Completed) / (2 * t.Completed) // rounded half up
	return float64(tenths) / 10
}

func compareTracks(a, b Track) int { return strings.Compare(a.s, b.s) }

// newest sorts by time (ties by everything else, so that every region answers the same), keeps the latest of each lesson and the first RecentLimit.
func newest(all []Recent) []Recent {
	slices.SortFunc(all, func(a, b Recent) int {
		return cmp.Or(b.CompletedAt.Compare(a.CompletedAt), strings.Compare(b.LessonID.String(), a.LessonID.String()),
			cmp.Compare(b.Score, a.Score), strings.Compare(b.Title, a.Title))
	})
	seen := map[LessonID]bool{}
	kept := make([]Recent, 0, RecentLimit)
	for _, r := range all {
		if !seen[r.LessonID] && len(kept) < RecentLimit {
			seen[r.LessonID] = true
			kept = append(kept, r)
		}
	}
	return kept
}
