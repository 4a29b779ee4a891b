package main

import (
	"context"
	"time"

	"lyceum/shared/content"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// DeleteLesson removes a lesson and all that it ever contained. What learners did in it stays in their history.
type DeleteLesson struct {
	Lessons domain.LessonChanges
	Bodies  domain.BodyWriter
	Now     func() time.Time
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	IfMatch  httpapi.IfMatch
}

// Do answers the same for a lesson that is not there: a repetition deletes the content that a request which died has left.
func (d DeleteLesson) Do(ctx context.Context, in In) (httpapi.NoContent, error) {
	var done httpapi.NoContent
	if err := in.Caller.MustBeEditor(); err != nil {
		return done, err
	}
	err := d.Lessons.Change(ctx, []domain.LessonID{in.LessonID}, func(all []*domain.Lesson) error {
		if all[0] == nil {
			return nil
		}
		if err := in.IfMatch.Check(all[0].State().Version); err != nil {
			return err
		}
		all[0] = nil
		return nil
	})
	if err != nil {
		return done, err
	}
	return done, content.Drop(ctx, d.Bodies, in.LessonID, d.Now())
}
