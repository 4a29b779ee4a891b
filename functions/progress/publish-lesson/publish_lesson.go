package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// PublishLesson shows a lesson to learners and counts it.
type PublishLesson struct {
	Lessons domain.LessonChanges
	Now     func() time.Time
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	IfMatch  httpapi.IfMatch
}

// Do changes nothing for a lesson that is published already.
func (u PublishLesson) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	if err := in.Caller.MustBeEditor(); err != nil {
		return none, err
	}
	lesson, err := domain.UpdateLesson(ctx, u.Lessons, in.LessonID, func(l *domain.Lesson) error {
		if err := in.IfMatch.Check(l.State().Version); err != nil {
			return err
		}
		return l.Publish(true, u.Now())
	})
	if err != nil {
		return none, err
	}
	return httpapi.EditedLesson(lesson), nil
}
