package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// UnlikeLesson takes a like back.
type UnlikeLesson struct {
	Likes domain.LikeChanges
	Now   func() time.Time
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
}

// Do answers domain.ErrNoLesson for what does not exist; a like of a lesson that is not published any more, or is gone, can be taken back.
// Not liking twice is not liking once.
func (u UnlikeLesson) Do(ctx context.Context, in In) (httpapi.LikesView, error) {
	likes, err := u.Likes.Like(ctx, in.Caller.UserID, in.LessonID, func(lesson *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
		if !like.Known() && (lesson == nil || !lesson.State().Published) {
			return 0, nil, domain.ErrNoLesson
		}
		change, _ := like.Set(false, u.Now())
		return change, nil, nil
	})
	return httpapi.ViewLikes(likes), err
}
