package domain

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// What a learner's totals, list of begun lessons and certificates say follows from their history
// and from the catalogue. The history changes by the learner's requests. When the catalogue
// changes, each region goes through all learners and brings them up to date.

// Followers brings learners up to date with the catalogue.
type Followers interface {
	// Follow does so for some learners, in this region's part of their data, and returns how many
	// it has changed. It is safe to repeat, to run concurrently and to interrupt.
	Follow(ctx context.Context, users []UserID, now time.Time, random io.Reader) (changed int, err error)
}

// Arrivals tells whether changes of lessons have arrived in this region.
type Arrivals interface {
	// Arrived counts, of lessons that had these versions at that time, 0 for deleted, those that
	// are not here at all though they were there, and those that are older here than that.
	Arrived(ctx context.Context, versions map[LessonID]int, at time.Time) (missing, old int, err error)
}

// Pass is a region's way through all learners. One pass serves all changes that are known when it
// begins.
type Pass struct {
	Wanted int    // changes of the catalogue that this region knows about
	Begun  int    // Wanted when the pass began
	After  string // how far it is, a position in the list of users; "" at the beginning
	Until  int64  // Unix milliseconds until which whoever runs it need not report again; then somebody else continues it
}

// Passes keeps one region's pass.
type Passes interface {
	// Want counts one change more.
	Want(ctx context.Context) error
	// Take lets the caller run the pass until then, unless there is nothing to do. Somebody else
	// has it if busy is true.
	Take(ctx context.Context, now, until time.Time) (pass Pass, due, busy bool, err error)
	// Keep records how far the caller is.
	Keep(ctx context.Context, pass Pass) error
	// Leave records how far the caller is, and the event by which the pass continues, at once. With
	// no event the pass is over; more is true if it is not, because the catalogue has changed since
	// it began.
	Leave(ctx context.Context, pass Pass, event *Event) (more bool, err error)
}

// maxChangedListed is how many lessons an event names, so that it stays small.
const maxChangedListed = 100

// ChangedLessons is the data of CatalogueChanged: of each lesson its version, 0 for one that was
// deleted.
func ChangedLessons(versions map[LessonID]int) map[string]string {
	var all []string
	for id, version := range versions {
		all = append(all, fmt.Sprintf("%s@%d", id, version))
	}
	slices.Sort(all)
	return map[string]string{"lessons": strings.Join(all[:min(len(all), maxChangedListed)], " ")}
}

// ParseChangedLessons reads what ChangedLessons made.
func ParseChangedLessons(data map[string]string) (map[LessonID]int, error) {
	versions := map[LessonID]int{}
	for _, one := range strings.Fields(data["lessons"]) {
		var version int
		text, number, _ := strings.Cut(one, "@")
		id, err := ParseID[Lesson](text)
		if err == nil {
			_, err = fmt.Sscanf(number, "%d", &version)
		}
		if err != nil {
			return nil, fmt.Errorf("changed lesson %q: %w", one, err)
		}
		versions[id] = version
	}
	return versions, nil
}

// Open lists the lessons that a learner has begun and not finished, of those that are published,
// the latest first.
func Open(progress map[LessonID]*Progress, lessons map[LessonID]*Lesson) []Begun {
	var all []Begun
	for id, p := range progress {
		now, lesson := p.Standing(), lessons[id]
		if lesson != nil && lesson.state.Published && !now.Completed() && !now.Position.IsZero() {
			all = append(all, Begun{LessonID: id, Title: lesson.state.Title, Position: now.Position})
		}
	}
	return latest(all, resumeKept)
}

// Behind names what of a learner's data does not follow from the catalogue.
type Behind struct {
	Lessons []LessonID // counted wrongly
	List    bool       // the list of begun lessons
	Track   bool       // a track may be complete, and nobody was told
}

// Behind compares what is stored with all of a learner's progress. All maps are the learner's whole
// ones.
func (s *Study) Behind() (b Behind) {
	for id := range s.Progress {
		copied := RestoreProgress(id, s.Region, s.Progress[id].shards)
		if _, lesson, err := s.about(id); err == nil && copied.settles() && len(copied.Recount(lesson.Title, lesson.Track, lesson.Published)) > 0 {
			b.Lessons = append(b.Lessons, id)
		}
	}
	slices.SortFunc(b.Lessons, func(x, y LessonID) int { return strings.Compare(x.String(), y.String()) })
	all := MergeSummaries(slices.Collect(maps.Values(s.Summaries)))
	open := Open(s.Progress, s.Lessons)
	listed := slices.DeleteFunc(MergeResumes(slices.Collect(maps.Values(s.Resumes)), all.Recent), func(b Begun) bool {
		return !slices.ContainsFunc(open, func(o Begun) bool { return o.LessonID == b.LessonID })
	})
	shown := func(list []Begun) []Begun { return list[:min(len(list), ResumeShown)] }
	b.List = !sameLessons(shown(listed), shown(open))
	for track, t := range all.Tracks {
		b.Track = b.Track || !t.Told && s.Published.Tracks[track] > 0 && t.Completed >= s.Published.Tracks[track]
	}
	return b
}

// Follow counts the lessons anew that this region is to count, lists the open ones, and looks for
// complete tracks. known is the progress that open follows from: what the learner has begun since
// stays on the list.
func (s *Study) Follow(open []Begun, known map[LessonID]*Progress) error {
	for id := range s.Progress {
		if err := s.Settle(id); err != nil && err != ErrNoLesson {
			return err
		}
	}
	s.Look()
	mine := s.Resumes[s.Region]
	list := slices.Clone(open)
	for _, b := range mine.Begun {
		if p := known[b.LessonID]; p == nil || b.Position.Compare(p.Standing().Position) > 0 {
			list = slices.DeleteFunc(list, func(o Begun) bool { return o.LessonID == b.LessonID })
			list = append(list, b)
		}
	}
	if list = latest(list, resumeKept); !sameLessons(mine.Begun, list) {
		mine.Begun = list
		s.Resumes[s.Region], s.resumed = mine, true
	}
	return nil
}

func sameLessons(a, b []Begun) bool {
	return slices.EqualFunc(a, b, func(x, y Begun) bool { return x.LessonID == y.LessonID })
}
