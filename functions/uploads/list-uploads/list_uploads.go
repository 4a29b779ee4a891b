package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// ListUploads shows users their uploads page by page, the newest first: those that wait for their bytes too, so that a client that
// crashed finds what it had begun, and those that were refused in the last day, with the reason.
type ListUploads struct {
	Uploads domain.UploadList
	Cursors *httpapi.Cursors
}

// In is the request.
type In struct {
	Caller  domain.Caller
	Limit   *int   `query:"limit"`
	Cursor  string `query:"cursor"`
	Request *httpapi.Request
}

// Do: a cursor works for its caller alone.
func (l ListUploads) Do(ctx context.Context, in In) (httpapi.List[httpapi.UploadView], error) {
	var none httpapi.List[httpapi.UploadView]
	scope := "list-uploads " + in.Caller.UserID.String()
	page, err := l.Cursors.Page(scope, in.Limit, in.Cursor)
	if err != nil {
		return none, err
	}
	uploads, next, err := l.Uploads.List(ctx, in.Caller.UserID, page)
	if err != nil {
		return none, err
	}
	out := httpapi.List[httpapi.UploadView]{Limit: page.Limit, Next: l.Cursors.Seal(scope, next)}
	for _, upload := range uploads {
		out.Items = append(out.Items, httpapi.ViewUpload(upload, in.Request))
	}
	return out, nil
}
