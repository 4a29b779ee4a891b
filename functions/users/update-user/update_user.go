package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// UpdateUser changes what users may change of themselves: name and time zone. The address has a way of its own, and so has the role.
type UpdateUser struct {
	Users  domain.UserChanges
	Now    func() time.Time
	Random io.Reader
}

// In is the request.
type In struct {
	Caller  domain.Caller
	UserID  domain.UserID `path:"id" or:"me"`
	IfMatch httpapi.IfMatch
	Body    struct {
		Username *string `json:"username"`
		TimeZone *string `json:"timeZone"` // of the IANA database
	}
}

// Do lets owners and admins through; others get domain.ErrForbidden for every id, also of nobody. Owners are answered themselves, admins
// the public view.
func (u UpdateUser) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	if err := in.Caller.MayChange(in.UserID); err != nil {
		return none, err
	}
	edit, err := in.edit()
	if err != nil {
		return none, err
	}
	user, err := u.Users.Update(ctx, in.UserID, func(user *domain.User) (*domain.Event, error) {
		httpapi.About(ctx, user, domain.Email{})
		if err := in.IfMatch.Check(user.State().Version); err != nil {
			return nil, err
		}
		return user.Edit(edit, u.Now(), u.Random)
	})
	if err != nil {
		return none, err
	}
	out := httpapi.Versioned{View: httpapi.ViewUser(user), Version: user.State().Version}
	if in.Caller.UserID == in.UserID {
		out.View = httpapi.ViewSelf(user)
	}
	return out, nil
}

var errNothing = fault.New(fault.Invalid, "request.nothing_to_change", "must name username or timeZone")

func (in In) edit() (edit domain.UserEdit, err error) {
	var bad fault.Details
	if in.Body.Username == nil && in.Body.TimeZone == nil {
		return edit, fault.InField("body", errNothing)
	}
	if in.Body.Username != nil {
		name, err := domain.ParseUsername(*in.Body.Username)
		bad.Add("username", err)
		edit.Username = &name
	}
	if in.Body.TimeZone != nil {
		zone, err := domain.ParseZone(*in.Body.TimeZone)
		bad.Add("timeZone", err)
		edit.TimeZone = &zone
	}
	return edit, bad.Err()
}
