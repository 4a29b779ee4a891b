package domain

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Limits of the list of begun lessons.
const (
	ResumeShown = 5  // lessons
	resumeKept  = 20 // in one region: some are finished or withdrawn meanwhile
	marksKept   = 8  // of finished lessons that may be on their way to other regions' lists
)

// Begun is a lesson that was begun and not finished.
type Begun struct {
	LessonID LessonID
	Title    string
	Position Position
}

// Finished says of a lesson that another region may still have on its list that it is finished.
type Finished struct {
	LessonID LessonID
	At       time.Time
}

// Resume is what one region knows of the lessons that a learner left in the middle: the latest. One that is left while resumeKept others
// are begun later is not on it any more; its position is still in its progress.
type Resume struct {
	Begun    []Begun
	Finished []Finished
	Version  int // 0 = not saved yet
}

// begin puts a lesson on the list, or moves it up.
func (r *Resume) begin(b Begun) {
	kept := []Begun{b}
	for _, old := range r.Begun {
		switch {
		case old.LessonID != b.LessonID:
			kept = append(kept, old)
		case old.Position.Compare(b.Position) > 0:
			kept[0] = old
		}
	}
	r.Begun = latest(kept, resumeKept)
}

// finish takes a lesson off the lists of all regions. Marks are kept for lessons that stand on other regions' lists, and the latest ones,
// which may be on their way there.
func (r *Resume) finish(lesson LessonID, at time.Time, others []Resume) {
	r.Begun = slices.DeleteFunc(slices.Clone(r.Begun), func(b Begun) bool { return b.LessonID == lesson })
	if len(others) == 0 {
		return
	}
	open := map[LessonID]bool{}
	for _, other := range others {
		for _, b := range other.Begun {
			open[b.LessonID] = true
		}
	}
	marks := append([]Finished{{lesson, at}}, slices.DeleteFunc(slices.Clone(r.Finished), func(f Finished) bool { return f.LessonID == lesson })...)
	slices.SortStableFunc(marks, func(a, b Finished) int { return b.At.Compare(a.At) })
	r.Finished = nil
	for i, f := range marks {
		if i < marksKept || open[f.LessonID] {
			r.Finished = append(r.Finished, f)
		}
	}
}

// MergeResumes is what all regions list, the latest first. Lessons among recent are finished,
// whatever the lists say. Some may be withdrawn.
func MergeResumes(regions []Resume, recent []Recent) []Begun {
	done, newest := map[LessonID]bool{}, map[LessonID]Begun{}
	for _, r := range recent {
		done[r.LessonID] = true
	}
	for _, region := range regions {
		for _, f := range region.Finished {
			done[f.LessonID] = true
		}
	}
	for _, region := range regions {
		for _, b := range region.Begun {
			if old, ok := newest[b.LessonID]; !done[b.LessonID] && (!ok || b.Position.Compare(old.Position) > 0) {
				newest[b.LessonID] = b
			}
		}
	}
	var all []Begun
	for _, b := range newest {
		all = append(all, b)
	}
	return latest(all, len(all))
}

// ShowResume is the list that the learner sees: the first ResumeShown of those that are published,
// under their present titles.
func ShowResume(listed []Begun, lessons map[LessonID]*Lesson) (shown []Begun) {
	for _, b := range listed {
		if lesson := lessons[b.LessonID]; lesson != nil && lesson.state.Published && len(shown) < ResumeShown {
			b.Title = lesson.state.Title
			shown = append(shown, b)
		}
	}
	return shown
}

func latest(all []Begun, most int) []Begun {
	slices.SortFunc(all, func(a, b Begun) int {
		return cmp.Or(b.Position.Compare(a.Position), strings.Compare(b.LessonID.String(), a.LessonID.String()))
	})
	return all[:min(len(all), most)]
}
