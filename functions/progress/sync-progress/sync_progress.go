package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// maxChanges is how many changes a request may bring.
const maxChanges = 500

// SyncProgress takes what devices did offline, in whatever order and however often it comes.
type SyncProgress struct {
	Learning domain.Learning
	Now      func() time.Time
	Random   io.Reader
}

// Body is a batch.
type Body struct {
	Changes []json.RawMessage `json:"changes"` // each is read by itself, so that a bad one does not stop the others
}

// MaxBytes is room for maxChanges.
func (*Body) MaxBytes() int { return 256 << 10 }

// In is the request.
type In struct {
	Caller domain.Caller
	Body   Body
}

// Out tells of each change, in their order, what became of it.
type Out struct {
	Results    []Result `json:"results"`
	ServerTime string   `json:"serverTime"` // for clients to correct their clocks by
}

// Result is what became of one change.
type Result struct {
	ID      string         `json:"id"` // as the change named it; "" if it did not
	Outcome domain.Outcome `json:"outcome"`
	*Refusal
}

// Refusal says why a change was refused.
type Refusal struct {
	Code   string         `json:"code"`
	Reason string         `json:"reason"`
	Fields []fault.Detail `json:"details,omitempty"`
}

var errCount = fault.New(fault.Invalid, "progress.changes_count", "must have 1 to 500 entries")

const refused domain.Outcome = "refused"

// Do merges every change by the rules of domain.Study. A batch is saved in parts; when the database fails half-way, sending it again does
// the rest and repeats nothing.
func (s SyncProgress) Do(ctx context.Context, in In) (Out, error) {
	if n := len(in.Body.Changes); n == 0 || n > maxChanges {
		return Out{}, fault.InField("changes", errCount)
	}
	now := domain.Millis(s.Now())
	out := Out{Results: make([]Result, len(in.Body.Changes)), ServerTime: domain.FormatTime(now)}
	changes := map[domain.LessonID][]change{}
	var lessons []domain.LessonID
	for i, raw := range in.Body.Changes {
		c, id, err := parse(raw, now)
		out.Results[i].ID = id
		if err != nil {
			out.Results[i].refuse(err)
			continue
		}
		c.index = i
		if changes[c.lesson] == nil {
			lessons = append(lessons, c.lesson)
		}
		changes[c.lesson] = append(changes[c.lesson], c)
	}
	err := s.Learning.Learn(ctx, in.Caller.UserID, lessons, func(study *domain.Study) ([]domain.Event, error) {
		for lesson := range study.Progress {
			for _, c := range changes[lesson] {
				outcome, err := c.apply(study)
				if err != nil && !errors.Is(err, domain.ErrNoLesson) {
					return nil, err
				}
				result := &out.Results[c.index]
				if result.Outcome, result.Refusal = outcome, nil; err != nil {
					result.refuse(err)
				}
			}
		}
		return study.Events(now, s.Random)
	})
	return out, err
}

func (r *Result) refuse(err error) {
	f := fault.As(err)
	r.Outcome, r.Refusal = refused, &Refusal{f.Code, f.Message, f.Details}
}
