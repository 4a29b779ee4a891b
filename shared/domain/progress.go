package domain

import (
	"maps"
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

func (t Tally) plus(o Tally) Tally { return Tally{t.Completed + o.Completed, t.ScoreSum + o.ScoreSum} }

func (t Tally) minus(o Tally) Tally { return Tally{t.Completed - o.Completed, t.ScoreSum - o.ScoreSum} }

// Outcome is what became of a change.
type Outcome string

// The outcomes.
const (
	Applied   Outcome = "applied"
	Merged    Outcome = "merged"    // taken into account, and something newer or better stands
	Duplicate Outcome = "duplicate" // it is here already
)

// Shard is what one region knows of one learner and one lesson. Only that region writes it, so copies between regions never
// overwrite each other; the truth is the merge of all shards.
type Shard struct {
	Attempts         Attempts
	BestScore        Score
	LastScore        Score
	LastID           AttemptID // whose LastScore is
	FirstCompletedAt time.Time // zero while not finished
	LastCompletedAt  time.Time
	Position         Position        // zero when none was saved
	Title            string          // of the lesson, and its track, at the latest change: history outlives the lesson
	Track            Track           //
	Counted          map[Track]Tally // what this region has added to its summary for the lesson
	Version          int             // counts the saves of the shard; 0 = not saved yet
}

// Counts tells whether the region has a part in the learner's totals for the lesson. Then all regions must hear of the shard.
func (s Shard) Counts() bool { return len(s.Counted) > 0 }

// Standing is a lesson's progress as the learner sees it.
type Standing struct {
	Attempts         int
	BestScore        Score
	LastScore        Score
	FirstCompletedAt time.Time // zero while not finished
	LastCompletedAt  time.Time
	Position         Position
	Title            string
	Track            Track
}

// Completed tells whether the lesson was finished at least once.
func (s Standing) Completed() bool { return !s.FirstCompletedAt.IsZero() }

// Begun tells whether anything is known of the lesson.
func (s Standing) Begun() bool { return s.Completed() || !s.Position.IsZero() }

// Progress is one learner's way through one lesson, seen from one region.
type Progress struct {
	lesson LessonID
	region string
	shards map[string]Shard
}

// RestoreProgress is for stores: the shards of all regions by name, none for a lesson never touched.
func RestoreProgress(lesson LessonID, region string, shards map[string]Shard) *Progress {
	own := make(map[string]Shard, len(shards)+1)
	maps.Copy(own, shards)
	return &Progress{lesson, region, own}
}

// Complete records one finished attempt. One that is known is a Duplicate. The best score never falls, the first time only moves back, to
// an earlier completion that becomes known later.
func (p *Progress) Complete(a Attempt) Outcome {
	outcome := Applied
	for _, s := range p.shards {
		switch {
		case s.Attempts.Has(a.ID):
			return Duplicate
		case compareIDs(a.ID, s.Attempts.Horizon) <= 0:
			outcome = Merged // too old to tell from a repetition
		}
	}
	at, mine := Millis(a.At), p.shards[p.region]
	mine.BestScore = max(mine.BestScore, a.Score)
	if mine.FirstCompletedAt.IsZero() || at.Before(mine.FirstCompletedAt) {
		mine.FirstCompletedAt = at
	}
	if outcome == Applied {
		mine.Attempts.add(a.ID, func(id AttemptID) bool {
			for region, s := range p.shards {
				if region != p.region && s.Attempts.Has(id) {
					return true
				}
			}
			return false
		})
	}
	if c := at.Compare(mine.LastCompletedAt); c > 0 || c == 0 && compareIDs(a.ID, mine.LastID) > 0 {
		mine.LastCompletedAt, mine.LastScore, mine.LastID = at, a.Score, a.ID
	}
	p.shards[p.region] = mine
	return outcome
}

// Save records where the learner left the lesson.
func (p *Progress) Save(position Position) Outcome {
	switch c := position.Compare(p.Standing().Position); {
	case c == 0:
		return Duplicate
	case c < 0:
		return Merged
	}
	mine := p.shards[p.region]
	mine.Position = position
	p.shards[p.region] = mine
	return Applied
}

// Recount returns what the learner's totals in this region must change by, for each track: what is
// true now less what all regions together have counted. So a double count by two regions that did
// not yet know of each other is taken back, and so is the count of a track that the lesson has
// left. A lesson that is not published counts nothing.
func (p *Progress) Recount(title string, track Track, published bool) map[Track]Tally {
	mine, change := p.shards[p.region], map[Track]Tally{}
	mine.Title, mine.Track = title, track
	if now := p.Standing(); now.Completed() {
		change[track] = Tally{} // a zero too is a part in the count
		if published {
			change[track] = Tally{1, int(now.BestScore)}
		}
	}
	for _, s := range p.shards {
		for t, counted := range s.Counted {
			change[t] = change[t].minus(counted)
		}
	}
	counted := map[Track]Tally{}
	maps.Copy(counted, mine.Counted)
	for t, more := range change {
		counted[t] = counted[t].plus(more)
	}
	// A zero stays: the region has a part in the count, if only to have taken it back.
	maps.DeleteFunc(counted, func(of Track, t Tally) bool { return of != track && t == Tally{} })
	maps.DeleteFunc(change, func(_ Track, t Tally) bool { return t == Tally{} })
	mine.Counted = counted
	p.shards[p.region] = mine
	return change
}

// settles tells whether this region makes up for all: of those that have a part in the count it is the one with the greatest name.
func (p *Progress) settles() bool {
	parts := maps.Clone(p.shards)
	maps.DeleteFunc(parts, func(_ string, s Shard) bool { return !s.Counts() })
	return greatest(parts) == p.region
}

// Standing is the merge of all regions: attempts add up, the best score and the latest attempt win, the first time is the earliest. The
// order of arrival plays no part.
func (p *Progress) Standing() Standing {
	var all Standing
	var last, latest Shard
	lastRegion, known := "", map[AttemptID]bool{}
	for region, s := range p.shards {
		if s.FirstCompletedAt.IsZero() && s.Position.IsZero() {
			continue
		}
		all.Attempts += s.Attempts.Forgotten
		for _, id := range s.Attempts.Known {
			known[id] = true
		}
		all.BestScore = max(all.BestScore, s.BestScore)
		if first := s.FirstCompletedAt; !first.IsZero() && (all.FirstCompletedAt.IsZero() || first.Before(all.FirstCompletedAt)) {
			all.FirstCompletedAt = first
		}
		if c := s.LastCompletedAt.Compare(last.LastCompletedAt); c > 0 || c == 0 && compareIDs(s.LastID, last.LastID) > 0 {
			last = s
		}
		if s.Position.Compare(all.Position) > 0 {
			all.Position = s.Position
		}
		if c := s.touched().Compare(latest.touched()); lastRegion == "" || c > 0 || c == 0 && region > lastRegion {
			latest, lastRegion = s, region
		}
	}
	all.Attempts += len(known)
	all.LastCompletedAt, all.LastScore, all.Title, all.Track = last.LastCompletedAt, last.LastScore, latest.Title, latest.Track
	return all
}

// touched is the latest time that the shard knows of.
func (s Shard) touched() time.Time {
	if s.Position.At.After(s.LastCompletedAt) {
		return s.Position.At
	}
	return s.LastCompletedAt
}

// Lesson is what the progress is about.
func (p *Progress) Lesson() LessonID { return p.lesson }

// Mine is this region's shard, for stores.
func (p *Progress) Mine() Shard { return p.shards[p.region] }
