package domain

import (
	"context"
	"time"

	"lyceum/shared/domain/fault"
)

// Faults of editing lessons.
var (
	ErrUnwritten = fault.New(fault.Conflict, "lesson.content_needed", "A lesson without content cannot be published. Write it first.")
	ErrMisplaced = fault.New(fault.Invalid, "lesson.misplaced", "is no lesson of this track and difficulty")
)

// MayEdit reports whether the caller is an editor or admin: they write lessons and see drafts. Of a
// role that was taken see auth.Guard.
func (c Caller) MayEdit() bool { return c.Role == Editor || c.Role == Admin }

// MustBeEditor is ErrForbidden unless MayEdit.
func (c Caller) MustBeEditor() error {
	if !c.MayEdit() {
		return ErrForbidden
	}
	return nil
}

// LessonPatch is what an editor changes; nil stays as it is.
type LessonPatch struct {
	Title, Summary    *string
	Track             *Track
	Difficulty, Order *int
	Path, Space       *string // of the file that it comes from, and of its folder
}

// Draft is a new lesson of what the patch names.
func (p LessonPatch) Draft() (d LessonDraft) {
	set(&d.Title, p.Title)
	set(&d.Summary, p.Summary)
	set(&d.Track, p.Track)
	set(&d.Difficulty, p.Difficulty)
	set(&d.Order, p.Order)
	return d
}

// Edit changes what the patch names. A patch that changes nothing is no change.
func (l *Lesson) Edit(p LessonPatch, now time.Time) error {
	next := l.state
	set(&next.Track, p.Track)
	set(&next.Difficulty, p.Difficulty)
	set(&next.Order, p.Order)
	set(&next.Path, p.Path)
	set(&next.Space, p.Space)
	if err := next.fill(p.Title, p.Summary); err != nil {
		return err
	}
	l.change(next, now)
	return nil
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// SetContent replaces the content.
func (l *Lesson) SetContent(c Content, now time.Time) {
	next := l.state
	next.Content = c
	l.change(next, now)
}

// Publish shows the lesson to learners, or hides it again. ErrUnwritten for a lesson without content.
func (l *Lesson) Publish(yes bool, now time.Time) error {
	if yes && l.state.ContentKey == "" {
		return ErrUnwritten
	}
	next := l.state
	next.Published = yes
	l.change(next, now)
	return nil
}

// change takes over a state that differs. The version becomes the time in milliseconds, or one more if that is not later: so changes of two
// regions that did not know of each other do not have the same one.
func (l *Lesson) change(next LessonState, now time.Time) {
	if next == l.state {
		return
	}
	next.UpdatedAt = Millis(now)
	next.Version = max(l.state.Version+1, int(now.UnixMilli()))
	l.state = next
}

// UpdateLesson lets change alter one lesson, published or not, and returns what is stored then. ErrNoLesson when there is none.
func UpdateLesson(ctx context.Context, lessons LessonChanges, id LessonID, change func(*Lesson) error) (*Lesson, error) {
	var saved *Lesson
	err := lessons.Change(ctx, []LessonID{id}, func(all []*Lesson) error {
		if all[0] == nil {
			return ErrNoLesson
		}
		saved = all[0]
		return change(saved)
	})
	if err != nil {
		return nil, err
	}
	return saved, nil
}
