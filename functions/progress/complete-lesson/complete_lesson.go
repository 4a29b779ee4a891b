package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// CompleteLesson records a finished attempt at a lesson.
type CompleteLesson struct {
	Completions domain.Completions
	Now         func() time.Time
	Random      io.Reader
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	Body     struct {
		Score *int `json:"score"` // 0 to 100
	}
}

// Out is the progress after it.
type Out struct {
	LessonID         string `json:"lessonId"`
	Completed        bool   `json:"completed"`
	BestScore        int    `json:"bestScore"`
	LastScore        int    `json:"lastScore"`
	Attempts         int    `json:"attempts"`
	FirstCompletedAt string `json:"firstCompletedAt"`
	LastCompletedAt  string `json:"lastCompletedAt"`
}

// Do answers domain.ErrNoLesson for a lesson that does not exist. Each call is one more attempt; the best score never falls.
func (c CompleteLesson) Do(ctx context.Context, in In) (Out, error) {
	if in.Body.Score == nil {
		return Out{}, fault.InField("score", "is missing")
	}
	score, err := domain.ParseScore(*in.Body.Score)
	if err != nil {
		return Out{}, fault.InField("score", domain.ErrScore.Message)
	}
	now := c.Now()
	var done domain.Shard
	err = c.Completions.Complete(ctx, in.Caller.UserID, in.LessonID,
		func(lesson *domain.Lesson, progress *domain.Progress, summary *domain.Summary) ([]domain.Event, error) {
			change, first := progress.Complete(score, now)
			summary.Record(change, domain.Recent{LessonID: in.LessonID, Title: lesson.State().Title, Score: score, CompletedAt: now})
			done = progress.Merged()
			if !first {
				return nil, nil
			}
			event, err := domain.NewEvent(domain.LessonCompleted, now, c.Random,
				map[string]string{"userId": in.Caller.UserID.String(), "lessonId": in.LessonID.String()})
			return []domain.Event{event}, err
		})
	if err != nil {
		return Out{}, err
	}
	return Out{
		LessonID: in.LessonID.String(), Completed: true, BestScore: int(done.BestScore), LastScore: int(done.LastScore), Attempts: done.Attempts,
		FirstCompletedAt: domain.FormatTime(done.FirstCompletedAt), LastCompletedAt: domain.FormatTime(done.LastCompletedAt),
	}, nil
}
