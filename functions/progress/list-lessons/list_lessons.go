package main

import (
	"context"
	"fmt"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ListLessons shows the catalogue page by page, by track, difficulty and order.
type ListLessons struct {
	Catalogue domain.Catalogue
	Cursors   *httpapi.Cursors
}

// In is the request.
type In struct {
	Caller     domain.Caller
	Track      string `query:"track"`      // "" = all
	Difficulty *int   `query:"difficulty"` // of a track
	Drafts     string `query:"drafts"`     // "true": what is not published, for editors
	Limit      *int   `query:"limit"`
	Cursor     string `query:"cursor"`
}

// Do answers an empty list for a track nobody wrote for. A cursor works for its caller and filter alone.
func (l ListLessons) Do(ctx context.Context, in In) (httpapi.List[httpapi.LessonView], error) {
	var none httpapi.List[httpapi.LessonView]
	shelf, err := in.shelf()
	if err != nil {
		return none, err
	}
	scope := fmt.Sprintf("list-lessons %s %d %t %s", shelf.Track, shelf.Difficulty, shelf.Drafts, in.Caller.UserID)
	page, err := l.Cursors.Page(scope, in.Limit, in.Cursor)
	if err != nil {
		return none, err
	}
	lessons, next, err := l.Catalogue.List(ctx, shelf, page)
	if err != nil {
		return none, err
	}
	out := httpapi.List[httpapi.LessonView]{Limit: page.Limit, Next: l.Cursors.Seal(scope, next)}
	for _, lesson := range lessons {
		out.Items = append(out.Items, httpapi.ViewLesson(lesson))
	}
	return out, nil
}

// shelf is the part of the catalogue that the request asks for.
func (in In) shelf() (shelf domain.Shelf, err error) {
	var bad fault.Details
	if in.Track != "" {
		shelf.Track, err = domain.ParseTrack(in.Track)
		bad.Add("track", err)
	}
	if d := in.Difficulty; d != nil {
		shelf.Difficulty = *d
		switch {
		case *d < 1 || *d > domain.MaxDifficulty:
			bad.Add("difficulty", domain.ErrDifficulty)
		case in.Track == "":
			bad.Add("difficulty", errTrackNeeded) // lessons are sorted by track first
		}
	}
	switch in.Drafts {
	case "", "false":
	case "true":
		shelf.Drafts = true
	default:
		bad.Add("drafts", httpapi.ErrNotBool)
	}
	if err := bad.Err(); err != nil {
		return shelf, err
	}
	if shelf.Drafts {
		return shelf, in.Caller.MustBeEditor()
	}
	return shelf, nil
}

var errTrackNeeded = fault.New(fault.Invalid, "lesson.track_needed", "needs a track")
