package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetProgress shows callers how far they are in one lesson.
type GetProgress struct{ Progress domain.ProgressReader }

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"lessonId"`
}

// Do answers zeros for a lesson that the caller has not begun. Progress stays when the lesson is withdrawn; domain.ErrNoLesson for a lesson
// that there is not, or that was never begun and is not published.
func (g GetProgress) Do(ctx context.Context, in In) (httpapi.Progress, error) {
	standing, err := g.Progress.Progress(ctx, in.Caller.UserID, in.LessonID)
	if err != nil {
		return httpapi.Progress{}, err
	}
	return httpapi.ViewProgress(in.LessonID, standing), nil
}
