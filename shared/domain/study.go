package domain

import (
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// StudyState is what one region knows of one learner and some lessons, for stores.
type StudyState struct {
	User      UserID
	Zone      Zone
	Region    string
	Lessons   map[LessonID]*Lesson   // those that there are
	Progress  map[LessonID]*Progress // of all that were asked for
	Summaries map[string]Summary     // by region
	Resumes   map[string]Resume      // by region
	Published CatalogueCounts
	// Whole tells whether the learner has finished every published lesson of the track.
	Whole func(*Study, Track) (bool, error)
}

// Study is what one learner does with some lessons. All that changes is saved together.
type Study struct {
	StudyState
	changed             map[LessonID]bool
	firsts              []LessonID
	moved               map[LessonID]Moved
	summarised, resumed bool
	looking             bool // for complete tracks, whether or not anything was completed
}

// Moved tells that a lesson's place in the list by first completion has changed; From is zero for a lesson that had none.
type Moved struct{ From, To time.Time }

// RestoreStudy is for stores.
func RestoreStudy(state StudyState) *Study {
	return &Study{StudyState: state, changed: map[LessonID]bool{}, moved: map[LessonID]Moved{}}
}

// about is a lesson's progress, and what the catalogue says of the lesson. One that was withdrawn
// can still be finished by who has begun it; ErrNoLesson for others.
func (s *Study) about(id LessonID) (*Progress, LessonState, error) {
	p, lesson := s.Progress[id], s.Lessons[id]
	now := p.Standing()
	switch {
	case lesson != nil && (lesson.State().Published || now.Begun()):
		return p, lesson.State(), nil
	case lesson == nil && now.Begun():
		return p, LessonState{ID: id, Title: now.Title, Track: now.Track}, nil
	}
	return nil, LessonState{}, ErrNoLesson
}

// Complete records an attempt at one of the lessons, with the totals, the days and the lists that it changes.
func (s *Study) Complete(id LessonID, a Attempt) (Outcome, error) {
	p, lesson, err := s.about(id)
	if err != nil {
		return "", err
	}
	before := p.Standing()
	outcome := p.Complete(a)
	change := p.Recount(lesson.Title, lesson.Track, lesson.Published)
	if outcome == Duplicate && len(change) == 0 {
		return outcome, nil
	}
	after, mine := p.Standing(), s.Summaries[s.Region]
	mine.Count(change)
	if outcome == Duplicate { // it is counted right now: two regions had counted the lesson before they knew of each other
		s.Summaries[s.Region], s.changed[id], s.summarised = mine, true, true
		return outcome, nil
	}
	mine.Remember(Recent{LessonID: id, Title: lesson.Title, Score: a.Score, CompletedAt: a.At})
	var others []Days
	for region, summary := range s.Summaries {
		if region != s.Region {
			others = append(others, summary.Days)
		}
	}
	mine.Days.Add(s.Zone.Day(a.At), others)
	s.Summaries[s.Region] = mine
	s.changed[id], s.summarised = true, true
	if !after.FirstCompletedAt.Equal(before.FirstCompletedAt) {
		move := Moved{before.FirstCompletedAt, after.FirstCompletedAt}
		if earlier, ok := s.moved[id]; ok {
			move.From = earlier.From
		}
		s.moved[id] = move
	}
	if !before.Completed() {
		s.firsts = append(s.firsts, id)
		s.finish(id, after)
	}
	return outcome, nil
}

// finish takes a lesson off the lists of begun ones.
func (s *Study) finish(id LessonID, now Standing) {
	var others []Resume
	for region, r := range s.Resumes {
		if region != s.Region {
			others = append(others, r)
		}
	}
	if now.Position.IsZero() && len(others) == 0 {
		return
	}
	mine := s.Resumes[s.Region]
	mine.finish(id, now.FirstCompletedAt, others)
	s.Resumes[s.Region], s.resumed = mine, true
}

// SavePosition records where the learner left one of the lessons.
func (s *Study) SavePosition(id LessonID, position Position) (Outcome, error) {
	p, lesson, err := s.about(id)
	if err != nil {
		return "", err
	}
	outcome := p.Save(position)
	if outcome != Applied {
		return outcome, nil
	}
	if change := p.Recount(lesson.Title, lesson.Track, lesson.Published); len(change) > 0 {
		mine := s.Summaries[s.Region]
		mine.Count(change)
		s.Summaries[s.Region], s.summarised = mine, true
	}
	s.changed[id] = true
	if !p.Standing().Completed() {
		mine := s.Resumes[s.Region]
		mine.begin(Begun{LessonID: id, Title: lesson.Title, Position: position})
		s.Resumes[s.Region], s.resumed = mine, true
	}
	return outcome, nil
}

// Events tell of what has happened since the learner was loaded: each lesson's first completion, and each track that is complete. Whether
// other tracks than those of the lessons are complete is looked at too, as another region may have done the rest.
func (s *Study) Events(now time.Time, random io.Reader) (events []Event, err error) {
	for _, id := range s.firsts {
		event, err := NewEvent(LessonCompleted, now, random, map[string]string{"userId": s.User.String(), "lessonId": id.String()})
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	if !s.summarised && !s.looking {
		return events, nil
	}
	all := MergeSummaries(slices.Collect(maps.Values(s.Summaries)))
	for _, track := range slices.SortedFunc(maps.Keys(all.Tracks), compareTracks) {
		t, published := all.Tracks[track], s.Published.Tracks[track]
		if t.Told || published == 0 || t.Completed < published {
			continue
		}
		whole, err := s.Whole(s, track) // the counts hold withdrawn lessons too
		if err != nil {
			return nil, err
		}
		if !whole {
			continue
		}
		event, err := NewEvent(TrackCompleted, now, random, map[string]string{"userId": s.User.String(), "track": track.String()})
		if err != nil {
			return nil, err
		}
		events = append(events, event)
		mine := s.Summaries[s.Region]
		mine.tell(track)
		s.Summaries[s.Region], s.summarised = mine, true
	}
	return events, nil
}

// Look makes Events look for complete tracks although nothing was completed.
func (s *Study) Look() { s.looking = true }

// tell remembers that the completion of a track was told. A summary that is full of tracks forgets it, so further tracks are told of anew.
func (s *Summary) tell(track Track) {
	if s.Tracks = maps.Clone(s.Tracks); s.Tracks == nil {
		s.Tracks = map[Track]TrackTally{} // this region has counted nothing yet
	}
	t := s.Tracks[track]
	t.Told = true
	s.Tracks[track] = t
}

// Changed are the lessons whose progress in this region has changed, for stores.
func (s *Study) Changed() []LessonID {
	return slices.SortedFunc(maps.Keys(s.changed), func(a, b LessonID) int { return strings.Compare(a.String(), b.String()) })
}

// Moves are the lessons whose place in the list by first completion has changed.
func (s *Study) Moves() map[LessonID]Moved { return s.moved }

// Summary is this region's, and whether it has changed.
func (s *Study) Summary() (Summary, bool) { return s.Summaries[s.Region], s.summarised }

// Resume is this region's, and whether it has changed.
func (s *Study) Resume() (Resume, bool) { return s.Resumes[s.Region], s.resumed }
