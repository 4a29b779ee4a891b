package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/content"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// PutLessonContent replaces what a lesson contains.
type PutLessonContent struct {
	Lessons interface {
		domain.AllLessons
		domain.LessonChanges
	}
	Bodies domain.BodyWriter
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	IfMatch  httpapi.IfMatch
	Body     httpapi.Text
}

// Do stores the content under keys of its own, then makes the lesson point to it in one write, and then deletes contents of long ago. The
// same content as before changes nothing.
func (p PutLessonContent) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	if err := in.Caller.MustBeEditor(); err != nil {
		return none, err
	}
	lesson, err := p.Lessons.AnyLesson(ctx, in.LessonID)
	if err != nil {
		return none, err
	}
	if err := in.IfMatch.Check(lesson.State().Version); err != nil {
		return none, err
	}
	if lesson.State().ContentHash == domain.HashContent(in.Body.Type, in.Body.Bytes) {
		return httpapi.EditedLesson(lesson), nil
	}
	now := p.Now()
	stored, fell, err := content.Store(ctx, p.Bodies, in.LessonID, content.Source{Type: in.Body.Type, Bytes: in.Body.Bytes}, now, p.Random)
	if err != nil {
		return none, err
	}
	var before domain.Content
	lesson, err = domain.UpdateLesson(ctx, p.Lessons, in.LessonID, func(l *domain.Lesson) error {
		before = l.State().Content
		if err := in.IfMatch.Check(l.State().Version); err != nil {
			return err
		}
		l.SetContent(stored, now)
		return nil
	})
	if err != nil {
		return none, err
	}
	_ = content.Prune(ctx, p.Bodies, in.LessonID, now, lesson.State().Content, before) // what it leaves, the next one finds
	return httpapi.Versioned{
		View: httpapi.WrittenLesson{LessonView: httpapi.ViewLesson(lesson), Dropped: fell}, Version: lesson.State().Version,
	}, nil
}
