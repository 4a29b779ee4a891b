package main

import (
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// draft is a change as clients send it: {"kind":"completion","id","lessonId","score","clientTime"} or
// {"kind":"position","id","lessonId","position","unit","duration","clientTime","device"}. A position needs no id: it is told by what it says.
type draft struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	LessonID   string `json:"lessonId"`
	ClientTime string `json:"clientTime"`
	Device     string `json:"device"`
	Score      *int   `json:"score"`
	Position   *int   `json:"position"`
	Unit       string `json:"unit"`
	Duration   *int   `json:"duration"`
}

// change is one of the two; position is zero for a completion.
type change struct {
	index    int
	lesson   domain.LessonID
	attempt  domain.Attempt
	position domain.Position
}

// parse checks a change; id is what it calls itself.
func parse(raw []byte, now time.Time) (c change, id string, err error) {
	var d draft
	if err := httpapi.Strict(raw, &d); err != nil {
		return c, "", err
	}
	if id = d.ID; len(id) > 64 {
		id = ""
	}
	var bad fault.Details
	if c.lesson, err = domain.ParseID[domain.Lesson](d.LessonID); err != nil {
		bad.Add("lessonId", errLessonID)
	}
	at, err := domain.ParseClientTime(d.ClientTime)
	if err == nil && at.After(now.Add(domain.ClockAhead)) {
		return c, id, domain.ErrClockAhead
	}
	bad.Add("clientTime", err)
	switch d.Kind {
	case "completion":
		bad = append(bad, d.completion(&c, at, now)...)
	case "position":
		if d.Score != nil {
			bad.Add("score", errNotHere)
		}
		c.position, err = domain.PositionDraft{Position: d.Position, Unit: d.Unit, Duration: d.Duration, Device: d.Device}.Parse(at)
		if err != nil {
			bad = append(bad, fault.As(err).Details...)
		}
	default:
		bad.Add("kind", errKind)
	}
	return c, id, bad.Err()
}

// Reasons to refuse a field of a change.
var (
	errLessonID = fault.New(fault.Invalid, "lesson.id_invalid", "must be a lesson's id")
	errKind     = fault.New(fault.Invalid, "progress.kind_invalid", "must be completion or position")
	errNotHere  = fault.New(fault.Invalid, "progress.field_misplaced", "does not belong to this kind of change")
)

func (d draft) completion(c *change, at, now time.Time) (bad fault.Details) {
	var err error
	c.attempt.At = at
	c.attempt.ID, err = domain.ParseAttemptID(d.ID, now)
	bad.Add("id", err)
	if d.Score == nil {
		bad.Add("score", fault.ErrMissing)
	} else {
		c.attempt.Score, err = domain.ParseScore(*d.Score)
		bad.Add("score", err)
	}
	if d.Position != nil || d.Duration != nil || d.Unit != "" {
		bad.Add("position", errNotHere)
	}
	return bad
}

func (c change) apply(study *domain.Study) (domain.Outcome, error) {
	if c.position.IsZero() {
		return study.Complete(c.lesson, c.attempt)
	}
	return study.SavePosition(c.lesson, c.position)
}
