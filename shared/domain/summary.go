package domain

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// RecentLimit is how many completions a summary keeps: its size is bounded, so a dashboard costs the same however much was learned.
const RecentLimit = 10

// Recent is a lesson's latest completion as it was at that time; a later change of the title does not reach it.
type Recent struct {
	LessonID    LessonID
	Title       string
	Score       Score
	CompletedAt time.Time
}

// Summary is what one region has added to one learner's totals, with the latest completions there. It is saved in the same
// transaction as the progress it counts.
type Summary struct {
	Total   Tally
	Recent  []Recent // newest first, one per lesson
	Version int      // 0 = not saved yet
}

// Record adds one completion.
func (s *Summary) Record(change Tally, done Recent) {
	s.Total.Completed += change.Completed
	s.Total.ScoreSum += change.ScoreSum
	done.CompletedAt = Millis(done.CompletedAt)
	s.Recent = newest(append([]Recent{done}, s.Recent...))
}

// MergeSummaries is what the learner sees: totals add up, the latest completions of all regions are sorted together.
func MergeSummaries(shards []Summary) Summary {
	var all Summary
	for _, s := range shards {
		all.Total.Completed += s.Total.Completed
		all.Total.ScoreSum += s.Total.ScoreSum
		all.Recent = append(all.Recent, s.Recent...)
	}
	// A region's correction may be seen here before the count that it corrects.
	all.Total = Tally{max(0, all.Total.Completed), max(0, all.Total.ScoreSum)}
	all.Recent = newest(all.Recent)
	return all
}

// AverageScore is the mean of the best scores with one decimal, 0 without completions.
func (s Summary) AverageScore() float64 {
	if s.Total.Completed == 0 {
		return 0
	}
	tenths := (20*s.Total.ScoreSum + s.Total.Completed) / (2 * s.Total.Completed) // rounded half up
	return float64(tenths) / 10
}

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
