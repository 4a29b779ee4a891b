package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// SavePosition remembers where a learner left a lesson.
type SavePosition struct {
	Learning domain.Learning
	Now      func() time.Time
	Random   io.Reader
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
	Body     struct {
		Position   *int   `json:"position"`
		Unit       string `json:"unit"`     // seconds, which is also meant by none, or percent
		Duration   *int   `json:"duration"` // of the lesson, in seconds
		ClientTime string `json:"clientTime"`
		Device     string `json:"device"`
	}
}

// Out is the progress after it, and what became of the position.
type Out struct {
	httpapi.Progress
	Outcome domain.Outcome `json:"outcome"`
}

// Do keeps the position with the newest client clock; of two at the same time, the greater one. A clock that is ahead of ours counts as ours,
// so that a device with a wrong one does not win over others for longer than until their next save.
func (s SavePosition) Do(ctx context.Context, in In) (Out, error) {
	var bad fault.Details
	now := domain.Millis(s.Now())
	at, err := domain.ParseClientTime(in.Body.ClientTime)
	bad.Add("clientTime", err)
	if at.After(now) {
		at = now
	}
	position, err := domain.PositionDraft{
		Position: in.Body.Position, Unit: in.Body.Unit, Duration: in.Body.Duration, Device: in.Body.Device,
	}.Parse(at)
	if err != nil {
		bad = append(bad, fault.As(err).Details...)
	}
	if err := bad.Err(); err != nil {
		return Out{}, err
	}
	var out Out
	err = s.Learning.Learn(ctx, in.Caller.UserID, []domain.LessonID{in.LessonID}, func(study *domain.Study) ([]domain.Event, error) {
		var err error
		if out.Outcome, err = study.SavePosition(in.LessonID, position); err != nil {
			return nil, err
		}
		out.Progress = httpapi.ViewProgress(in.LessonID, study.Progress[in.LessonID].Standing())
		return study.Events(now, s.Random)
	})
	return out, err
}
