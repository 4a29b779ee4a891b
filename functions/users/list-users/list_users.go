package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// ListUsers shows admins all users page by page, the newest first.
type ListUsers struct {
	Directory domain.Directory
	Cursors   *httpapi.Cursors
}

// In is the request.
type In struct {
	Caller domain.Caller
	Limit  *int   `query:"limit"`
	Cursor string `query:"cursor"`
}

// Do answers domain.ErrForbidden to everybody who is no admin. A cursor works for its caller alone.
func (l ListUsers) Do(ctx context.Context, in In) (httpapi.List[httpapi.User], error) {
	var none httpapi.List[httpapi.User]
	if err := in.Caller.MustBeAdmin(); err != nil {
		return none, err
	}
	scope := "list-users " + in.Caller.UserID.String()
	page, err := l.Cursors.Page(scope, in.Limit, in.Cursor)
	if err != nil {
		return none, err
	}
	users, next, err := l.Directory.List(ctx, page)
	if err != nil {
		return none, err
	}
	out := httpapi.List[httpapi.User]{Limit: page.Limit, Next: l.Cursors.Seal(scope, next)}
	for _, user := range users {
		out.Items = append(out.Items, httpapi.ViewUser(user))
	}
	return out, nil
}
