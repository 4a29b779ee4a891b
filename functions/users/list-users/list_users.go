package main

import (
	"context"
	"errors"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ListUsers shows admins all users page by page, the newest first.
type ListUsers struct {
	Directory domain.Directory
	Owners    domain.Owners
	Users     domain.Users
	Cursors   *httpapi.Cursors
}

// In is the request.
type In struct {
	Caller domain.Caller
	Email  string `query:"email"` // whose address it is, alone
	Limit  *int   `query:"limit"`
	Cursor string `query:"cursor"`
}

// Do answers domain.ErrForbidden to everybody who is no admin. A cursor works for its caller alone.
func (l ListUsers) Do(ctx context.Context, in In) (httpapi.List[httpapi.AdminUser], error) {
	var none httpapi.List[httpapi.AdminUser]
	if err := in.Caller.MustBeAdmin(); err != nil {
		return none, err
	}
	if in.Email != "" {
		return l.find(ctx, in.Email)
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
	out := httpapi.List[httpapi.AdminUser]{Limit: page.Limit, Next: l.Cursors.Seal(scope, next)}
	for _, user := range users {
		out.Items = append(out.Items, httpapi.ViewForAdmin(user))
	}
	return out, nil
}

// find answers the account of an address, verified or not, or an empty list.
func (l ListUsers) find(ctx context.Context, text string) (httpapi.List[httpapi.AdminUser], error) {
	out := httpapi.List[httpapi.AdminUser]{Limit: 1}
	email, err := domain.ParseEmail(text)
	if err != nil {
		return out, fault.InField("email", err)
	}
	id, err := l.Owners.Owner(ctx, email)
	var user *domain.User
	if err == nil {
		user, err = l.Users.User(ctx, id)
	}
	if errors.Is(err, domain.ErrNoUser) || err == nil && user.State().Email != email { // or on its way from or to the address
		return out, nil
	}
	if err == nil {
		out.Items = append(out.Items, httpapi.ViewForAdmin(user))
	}
	return out, err
}
