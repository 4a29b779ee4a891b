package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// CompleteLesson records a finished attempt at a lesson.
type CompleteLesson struct {
	Learning domain.Learning
	Now      func() time.Time
	Random   io.Reader
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	Body     struct {
		Score    *int    `json:"score"`    // 0 to 100
		ChangeID *string `json:"changeId"` // the attempt's id, made by the client; sent again it counts once
	}
}

// Do answers the progress after it, and domain.ErrNoLesson for a lesson that does not exist. Each call is one more attempt, unless it comes
// with the changeId of an earlier one or repeats a request with an Idempotency-Key; the best score never falls.
func (c CompleteLesson) Do(ctx context.Context, in In) (httpapi.Progress, error) {
	var none httpapi.Progress
	if in.Body.Score == nil {
		return none, fault.InField("score", fault.ErrMissing)
	}
	score, err := domain.ParseScore(*in.Body.Score)
	if err != nil {
		return none, fault.InField("score", domain.ErrScore)
	}
	now, random := httpapi.Once(ctx, c.Now(), c.Random)
	attempt := domain.Attempt{Score: score, At: now}
	if in.Body.ChangeID == nil {
		attempt.ID, err = domain.NewID[domain.Attempt](now, random)
	} else if attempt.ID, err = domain.ParseAttemptID(*in.Body.ChangeID, now); err != nil {
		err = fault.InField("changeId", domain.ErrAttemptID)
	}
	if err != nil {
		return none, err
	}
	var done domain.Standing
	err = c.Learning.Learn(ctx, in.Caller.UserID, []domain.LessonID{in.LessonID}, func(study *domain.Study) ([]domain.Event, error) {
		if _, err := study.Complete(in.LessonID, attempt); err != nil {
			return nil, err
		}
		done = study.Progress[in.LessonID].Standing()
		return study.Events(now, random)
	})
	if err != nil {
		return none, err
	}
	return httpapi.ViewProgress(in.LessonID, done), nil
}
