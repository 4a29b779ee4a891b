package main

import (
	"context"

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
	Caller domain.Caller
	Track  string `query:"track"` // "" = all
	Limit  *int   `query:"limit"`
	Cursor string `query:"cursor"`
}

// Do answers an empty list for a track nobody wrote for. A cursor works for its caller and track alone.
func (l ListLessons) Do(ctx context.Context, in In) (httpapi.List[httpapi.LessonView], error) {
	var none httpapi.List[httpapi.LessonView]
	var track domain.Track
	if in.Track != "" {
		var err error
		if track, err = domain.ParseTrack(in.Track); err != nil {
			return none, fault.InField("track", domain.ErrTrack.Message)
		}
	}
	scope := "list-lessons " + track.String() + " " + in.Caller.UserID.String()
	page, err := l.Cursors.Page(scope, in.Limit, in.Cursor)
	if err != nil {
		return none, err
	}
	lessons, next, err := l.Catalogue.List(ctx, track, page)
	if err != nil {
		return none, err
	}
	out := httpapi.List[httpapi.LessonView]{Limit: page.Limit, Next: l.Cursors.Seal(scope, next)}
	for _, lesson := range lessons {
		out.Items = append(out.Items, httpapi.ViewLesson(lesson))
	}
	return out, nil
}
