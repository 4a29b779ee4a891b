package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// LikeLesson records that somebody likes a lesson.
type LikeLesson struct {
	Likes  domain.LikeChanges
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
}

// Do answers domain.ErrNoLesson for what does not exist or is not published. Liking twice is liking once.
func (l LikeLesson) Do(ctx context.Context, in In) (httpapi.LikesView, error) {
	likes, err := l.Likes.Like(ctx, in.Caller.UserID, in.LessonID, func(lesson *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
		if lesson == nil || !lesson.State().Published {
			return 0, nil, domain.ErrNoLesson
		}
		now := l.Now()
		change, first := like.Set(true, now)
		if !first {
			return change, nil, nil
		}
		event, err := domain.NewEvent(domain.LessonLiked, now, l.Random,
			map[string]string{"userId": in.Caller.UserID.String(), "lessonId": in.LessonID.String()})
		return change, []domain.Event{event}, err
	})
	return httpapi.ViewLikes(likes), err
}
