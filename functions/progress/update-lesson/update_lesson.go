package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// UpdateLesson changes what the catalogue says of a lesson. Its content has a way of its own.
type UpdateLesson struct {
	Lessons domain.LessonChanges
	Now     func() time.Time
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	IfMatch  httpapi.IfMatch
	Body     httpapi.LessonBody
}

// Do changes what the body names and leaves the rest.
func (u UpdateLesson) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	if err := in.Caller.MustBeEditor(); err != nil {
		return none, err
	}
	patch, err := in.Body.Patch()
	if err != nil {
		return none, err
	}
	lesson, err := domain.UpdateLesson(ctx, u.Lessons, in.LessonID, func(l *domain.Lesson) error {
		if err := in.IfMatch.Check(l.State().Version); err != nil {
			return err
		}
		return l.Edit(patch, u.Now())
	})
	if err != nil {
		return none, err
	}
	return httpapi.EditedLesson(lesson), nil
}
