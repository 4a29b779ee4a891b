package main

import (
	"context"
	"fmt"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ReorderLessons puts lessons of one track and difficulty into an order, all or none.
type ReorderLessons struct {
	Lessons domain.LessonChanges
	Now     func() time.Time
}

// In is the request.
type In struct {
	Caller domain.Caller
	Body   struct {
		Track      string            `json:"track"`
		Difficulty int               `json:"difficulty"`
		IDs        []domain.LessonID `json:"ids"`   // 1 to domain.MaxChange, drafts among them
		First      *int              `json:"first"` // order of the first one, 1 if none is named
	}
}

// Do gives the lessons the orders First, First+1 and so on. Others of the track and difficulty keep theirs, so a series of more than
// domain.MaxChange lessons is moved by several requests, each a part that begins where the one before ended. Repeating changes nothing.
func (r ReorderLessons) Do(ctx context.Context, in In) (httpapi.List[httpapi.LessonView], error) {
	out := httpapi.List[httpapi.LessonView]{Limit: domain.MaxChange}
	if err := in.Caller.MustBeEditor(); err != nil {
		return out, err
	}
	first, err := in.check()
	if err != nil {
		return out, err
	}
	err = r.Lessons.Change(ctx, in.Body.IDs, func(all []*domain.Lesson) error {
		var bad fault.Details
		out.Items = nil
		for i, lesson := range all {
			if lesson == nil || lesson.State().Track.String() != in.Body.Track || lesson.State().Difficulty != in.Body.Difficulty {
				bad.Add(fmt.Sprintf("ids.%d", i), domain.ErrMisplaced)
				continue
			}
			order := first + i
			if err := lesson.Edit(domain.LessonPatch{Order: &order}, r.Now()); err != nil {
				return err
			}
			out.Items = append(out.Items, httpapi.ViewLesson(lesson))
		}
		return bad.Err()
	})
	return out, err
}

// check names what is wrong with the request itself.
func (in In) check() (first int, err error) {
	var bad fault.Details
	_, err = domain.ParseTrack(in.Body.Track)
	bad.Add("track", err)
	if d := in.Body.Difficulty; d < 1 || d > domain.MaxDifficulty {
		bad.Add("difficulty", domain.ErrDifficulty)
	}
	if n := len(in.Body.IDs); n < 1 || n > domain.MaxChange {
		bad.Add("ids", errCount)
	}
	seen := map[domain.LessonID]bool{}
	for i, id := range in.Body.IDs {
		if seen[id] {
			bad.Add(fmt.Sprintf("ids.%d", i), errTwice)
		}
		seen[id] = true
	}
	first = 1
	if in.Body.First != nil {
		first = *in.Body.First
	}
	if first < 0 || first > domain.MaxOrder+1-len(in.Body.IDs) {
		bad.Add("first", domain.ErrOrder)
	}
	return first, bad.Err()
}

var (
	errCount = fault.New(fault.Invalid, "lesson.ids_count", "must be 1 to 100 lessons")
	errTwice = fault.New(fault.Invalid, "lesson.ids_twice", "stands twice")
)
