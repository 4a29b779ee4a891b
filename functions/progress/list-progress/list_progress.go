package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// ListProgress shows callers what they have finished, by the first completion, the latest first.
type ListProgress struct {
	History domain.History
	Cursors *httpapi.Cursors
}

// In is the request.
type In struct {
	Caller domain.Caller
	Limit  *int   `query:"limit"`
	Cursor string `query:"cursor"`
}

// Do answers a page. A cursor works for its caller alone.
func (l ListProgress) Do(ctx context.Context, in In) (httpapi.List[httpapi.Progress], error) {
	scope := "list-progress " + in.Caller.UserID.String()
	page, err := l.Cursors.Page(scope, in.Limit, in.Cursor)
	if err != nil {
		return httpapi.List[httpapi.Progress]{}, err
	}
	entries, next, err := l.History.List(ctx, in.Caller.UserID, page)
	if err != nil {
		return httpapi.List[httpapi.Progress]{}, err
	}
	out := httpapi.List[httpapi.Progress]{Limit: page.Limit, Next: l.Cursors.Seal(scope, next)}
	for _, entry := range entries {
		out.Items = append(out.Items, httpapi.ViewProgress(entry.LessonID, entry.Standing))
	}
	return out, nil
}
