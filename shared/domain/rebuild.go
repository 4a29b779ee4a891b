package domain

import (
	"maps"
	"slices"
)

// Rebuild is the summary that follows from a region's own shards. Days stay as they are stored: shards know the first and the last one alone.
func Rebuild(stored Summary, mine []LessonShard) Summary {
	out := Summary{Days: stored.Days, Tracks: map[Track]TrackTally{}, Version: stored.Version}
	for track, t := range stored.Tracks { // the same tracks have a tally of their own
		out.Tracks[track] = TrackTally{Told: t.Told}
	}
	change := map[Track]Tally{}
	for _, s := range mine {
		for track, t := range s.Counted {
			change[track] = change[track].plus(t)
		}
		if !s.LastCompletedAt.IsZero() {
			out.Remember(Recent{LessonID: s.LessonID, Title: s.Title, Score: s.LastScore, CompletedAt: s.LastCompletedAt})
		}
	}
	maps.DeleteFunc(change, func(_ Track, t Tally) bool { return t == Tally{} }) // it would take the place of another track
	out.Count(change)
	return out
}

// LessonShard is a shard and what it is about.
type LessonShard struct {
	LessonID LessonID
	Shard
}

// Same tells whether two summaries count the same and remember the same completions; titles do not matter, as lessons are renamed.
func (s Summary) Same(o Summary) bool {
	counted := func(tracks map[Track]TrackTally) map[Track]TrackTally {
		kept := maps.Clone(tracks)
		maps.DeleteFunc(kept, func(_ Track, t TrackTally) bool { return t == TrackTally{} })
		return kept
	}
	return s.Total == o.Total && maps.Equal(counted(s.Tracks), counted(o.Tracks)) && slices.EqualFunc(s.Recent, o.Recent, func(a, b Recent) bool {
		return a.LessonID == b.LessonID && a.Score == b.Score && a.CompletedAt.Equal(b.CompletedAt)
	})
}

// Recount counts one of the lessons anew, under the track that it is in now, if it is published.
func (s *Study) Recount(id LessonID) error {
	p, lesson, err := s.about(id)
	if err != nil {
		return err
	}
	if change := p.Recount(lesson.Title, lesson.Track, lesson.Published); len(change) > 0 {
		mine := s.Summaries[s.Region]
		mine.Count(change)
		s.Summaries[s.Region], s.changed[id], s.summarised = mine, true, true
	}
	return nil
}

// Settle makes up for what two regions counted of one of the lessons before they heard of each other, whenever a shard or a summary has changed
// or arrived here: of the regions that have a part in the lesson's count, the one with the greatest name counts anew. The last change that it
// hears of finds all others there, so the totals end exact. Likewise one of the regions that the learner was in looks for tracks that they
// completed together. ErrNoLesson when nothing is known of a lesson that is to be counted.
func (s *Study) Settle(id LessonID) error {
	summaries := maps.Clone(s.Summaries)
	maps.DeleteFunc(summaries, func(_ string, of Summary) bool { return of.Version == 0 })
	if greatest(summaries) == s.Region {
		s.Look()
	}
	if !s.Progress[id].settles() {
		return nil
	}
	return s.Recount(id)
}

// Drift is how a learner's stored totals differ from what follows from their progress, seen from one region.
type Drift struct {
	Lessons  int        // finished
	Counted  Tally      // by all regions together, in the summaries
	True     Tally      // what is finished of the published lessons
	Lost     []LessonID // counted wrongly: twice by regions that did not know of each other, or under a track that the lesson has left
	Summary  bool       // this region's summary does not say what its shards say
	Unlisted []LessonID // finished, and not in the history
}

// None tells that everything agrees.
func (d Drift) None() bool {
	return d.Counted == d.True && len(d.Lost) == 0 && !d.Summary && len(d.Unlisted) == 0
}
