package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ExportMe gives callers all that is kept of them.
type ExportMe struct {
	Exports domain.Exports
	Cursors *httpapi.Cursors
	Now     func() time.Time
}

// In is the request.
type In struct {
	Caller domain.Caller
	Cursor string `query:"cursor"`
}

// Out is one document, or a part of one that no answer could take whole.
type Out struct {
	UserID     string                      `json:"userId"`
	ExportedAt string                      `json:"exportedAt"`
	Kept       map[string][]map[string]any `json:"kept"`       // by section
	NextCursor *string                     `json:"nextCursor"` // of the next part, which goes on in the same sections; null at the end
}

// Do answers domain.ErrNoUser for who is gone. Uploads come with the path that leads to their bytes. A cursor works for its caller alone.
func (e ExportMe) Do(ctx context.Context, in In) (Out, error) {
	scope := "export-me " + in.Caller.UserID.String()
	after, err := e.Cursors.Open(scope, in.Cursor)
	if err != nil {
		return Out{}, fault.InField("cursor", httpapi.ErrCursor)
	}
	part, err := e.Exports.Export(ctx, in.Caller.UserID, after)
	if err != nil {
		return Out{}, err
	}
	if after == "" && len(part.Sections["account"]) == 0 {
		return Out{}, domain.ErrNoUser
	}
	for _, upload := range part.Sections["uploads"] {
		if id, ok := upload["id"].(string); ok {
			upload["content"] = "/api/uploads/" + id + "/content"
		}
	}
	out := Out{UserID: in.Caller.UserID.String(), ExportedAt: domain.FormatTime(e.Now()), Kept: part.Sections}
	if part.Next != "" {
		next := e.Cursors.Seal(scope, part.Next)
		out.NextCursor = &next
	}
	return out, nil
}
