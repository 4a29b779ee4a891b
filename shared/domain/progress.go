package domain

import (
	"time"

	"lyceum/shared/domain/fault"
)

// Score is a result in whole percent, 0 to 100.
type Score int

// ErrScore is returned for a number that is no score.
var ErrScore = fault.New(fault.Invalid, "progress.score_invalid", "must be a whole number from 0 to 100")

// ParseScore checks the range.
func ParseScore(n int) (Score, error) {
	if n < 0 || n > 100 {
		return 0, ErrScore
	}
	return Score(n), nil
}

// Tally is an amount that is added to a learner's totals.
type Tally struct {
	Completed int // lessons
	ScoreSum  int // sum of the best scores of those lessons
}

// Shard is what one region knows of one learner and one lesson. Only that region writes it, so copies between regions never
// overwrite each other; the truth is the merge of all shards.
type Shard struct {
	Attempts         int
	BestScore        Score
	LastScore        Score
	FirstCompletedAt time.Time
	LastCompletedAt  time.Time
	Counted          Tally // what this region has added to its summary for the lesson
	Version          int   // counts the saves of the shard; 0 = not saved yet
}

// Progress is one learner's way through one lesson, seen from one region.
type Progress struct {
	lesson LessonID
	region string
	shards map[string]Shard
}

// RestoreProgress is for stores: the shards of all regions by name, none for a lesson never touched.
func RestoreProgress(lesson LessonID, region string, shards map[string]Shard) *Progress {
	own := make(map[string]Shard, len(shards)+1)
	for name, s := range shards {
		own[name] = s
	}
	return &Progress{lesson, region, own}
}

// Complete records one finished attempt. It returns what the learner's totals in this region must change by, and whether this is
// the first completion anywhere that this region knows of. The best score never falls, the first time never moves.
func (p *Progress) Complete(score Score, now time.Time) (change Tally, first bool) {
	now = Millis(now)
	first = p.Merged().Attempts == 0
	mine := p.shards[p.region]
	mine.BestScore = max(mine.BestScore, score)
	if mine.Attempts == 0 {
		mine.FirstCompletedAt = now
	}
	mine.Attempts++
	mine.LastScore = score
	mine.LastCompletedAt = now
	p.shards[p.region] = mine

	// Count what is true now less what all regions together have counted: a double count by two regions that did not yet
	// know of each other is taken back by the next completion.
	counted := Tally{}
	for _, s := range p.shards {
		counted.Completed += s.Counted.Completed
		counted.ScoreSum += s.Counted.ScoreSum
	}
	change = Tally{Completed: 1 - counted.Completed, ScoreSum: int(p.Merged().BestScore) - counted.ScoreSum}
	mine.Counted.Completed += change.Completed
	mine.Counted.ScoreSum += change.ScoreSum
	p.shards[p.region] = mine
	return change, first
}

// Merged is the progress as the learner sees it: attempts add up, the best score and the latest attempt win, the first time stays.
// The order of arrival plays no part.
func (p *Progress) Merged() Shard {
	var all Shard
	lastRegion := ""
	for region, s := range p.shards {
		if s.Attempts == 0 {
			continue
		}
		if all.Attempts == 0 || s.FirstCompletedAt.Before(all.FirstCompletedAt) {
			all.FirstCompletedAt = s.FirstCompletedAt
		}
		// Two regions in the same millisecond: the greater name wins everywhere alike.
		if c := s.LastCompletedAt.Compare(all.LastCompletedAt); all.Attempts == 0 || c > 0 || c == 0 && region > lastRegion {
			all.LastCompletedAt, all.LastScore, lastRegion = s.LastCompletedAt, s.LastScore, region
		}
		all.BestScore = max(all.BestScore, s.BestScore)
		all.Attempts += s.Attempts
	}
	return all
}

// Lesson is what the progress is about.
func (p *Progress) Lesson() LessonID { return p.lesson }

// Mine is this region's shard, for stores.
func (p *Progress) Mine() Shard { return p.shards[p.region] }
