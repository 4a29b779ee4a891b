package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// UnpublishLesson hides a lesson from learners. What they did in it stays in their history, and it counts for nothing they have yet to do.
type UnpublishLesson struct {
	Lessons domain.LessonChanges
	Now     func() time.Time
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	IfMatch  httpapi.IfMatch
}

// Do changes nothing for a lesson that is not published.
func (u UnpublishLesson) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	if err := in.Caller.MustBeEditor(); err != nil {
		return none, err
	}
	lesson, err := domain.UpdateLesson(ctx, u.Lessons, in.LessonID, func(l *domain.Lesson) error {
		if err := in.IfMatch.Check(l.State().Version); err != nil {
			return err
		}
		return l.Publish(false, u.Now())
	})
	if err != nil {
		return none, err
	}
	return httpapi.EditedLesson(lesson), nil
}
