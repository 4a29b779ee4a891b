package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lyceum/shared/domain"
)

// SettleCounts takes back what two regions have counted of the same thing before they heard of each other: a lesson completed in both, a
// like told to both. It runs in every region whenever a shard was written there or has arrived, and one region of them acts, so the counts
// are exact soon after the last change has arrived everywhere.
type SettleCounts struct {
	Learning domain.Learning
	Likes    domain.LikeChanges
	Now      func() time.Time
	Random   io.Reader
}

// errSettled ends a change that has nothing to change.
var errSettled = errors.New("settled")

// Do may run any number of times, in any order. Of who is gone there is nothing left to count, and nothing is written.
func (s SettleCounts) Do(ctx context.Context, event domain.Event) error {
	user, badUser := event.User()
	lesson, badLesson := domain.ParseID[domain.Lesson](event.Data["lessonId"])
	if err := errors.Join(badUser, badLesson); err != nil {
		return fmt.Errorf("event %s: %w", event.ID, err)
	}
	settle := s.progress
	if event.Type == domain.LikeCounted {
		settle = s.like
	}
	err := settle(ctx, user, lesson)
	if errors.Is(err, errSettled) || errors.Is(err, domain.ErrNoLesson) {
		return nil
	}
	return err
}

func (s SettleCounts) progress(ctx context.Context, user domain.UserID, lesson domain.LessonID) error {
	return s.Learning.Learn(ctx, user, []domain.LessonID{lesson}, func(study *domain.Study) ([]domain.Event, error) {
		if err := study.Settle(lesson); err != nil {
			return nil, err
		}
		return study.Events(s.Now(), s.Random)
	})
}

func (s SettleCounts) like(ctx context.Context, user domain.UserID, lesson domain.LessonID) error {
	_, err := s.Likes.Like(ctx, user, lesson, func(_ *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
		if like.Settles() {
			if change := like.Settle(); change != 0 {
				return change, nil, nil
			}
		}
		return 0, nil, errSettled
	})
	return err
}
