package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// ListAudit shows the audit trail, the newest entries first: admins the entries of a user or of a
// kind, users their own.
type ListAudit struct {
	Entries domain.AuditList
	Cursors *httpapi.Cursors
}

// In is the request.
type In struct {
	Caller  domain.Caller
	Request *httpapi.Request
	User    string `query:"user"` // admins name either this
	Kind    string `query:"kind"` // or this
	Limit   *int   `query:"limit"`
	Cursor  string `query:"cursor"`
}

// Entry is one security event. Ids are null of nobody who is known; they can be those of users who
// are erased.
type Entry struct {
	ID        string  `json:"id"`
	At        string  `json:"at"`
	Kind      string  `json:"kind"` // the use case, such as auth/login
	Actor     *string `json:"actor"`
	Subject   *string `json:"subject"`
	Address   *string `json:"address"` // of an address without an account: a hash
	Outcome   string  `json:"outcome"` // done, or the code of the error
	From      string  `json:"from"`    // the network that the request came from
	RequestID string  `json:"requestId"`
}

// Faults of the query.
var (
	errOneList = fault.New(fault.Invalid, "audit.list_unclear", "name either user or kind")
	errNoID    = fault.New(fault.Invalid, "audit.user_invalid", "is no id of a user")
)

// activity is the route that shows callers their own entries.
const activity = "GET /api/users/me/activity"

// Do answers domain.ErrForbidden to everybody who is no admin and asks for more than their own. A
// cursor works for its caller and list alone.
func (l ListAudit) Do(ctx context.Context, in In) (httpapi.List[Entry], error) {
	var none httpapi.List[Entry]
	if in.Request.RouteKey == activity {
		return l.page(ctx, in, "activity", func(page domain.Page) ([]domain.AuditEntry, string, error) {
			return l.Entries.Of(ctx, in.Caller.UserID, page)
		})
	}
	if err := in.Caller.MustBeAdmin(); err != nil {
		return none, err
	}
	if (in.User == "") == (in.Kind == "") {
		return none, fault.InField("user", errOneList)
	}
	if in.Kind != "" {
		return l.page(ctx, in, "kind "+in.Kind, func(page domain.Page) ([]domain.AuditEntry, string, error) {
			return l.Entries.Kind(ctx, in.Kind, page)
		})
	}
	user, err := domain.ParseID[domain.User](in.User)
	if err != nil {
		return none, fault.InField("user", errNoID)
	}
	return l.page(ctx, in, "user "+in.User, func(page domain.Page) ([]domain.AuditEntry, string, error) {
		return l.Entries.Of(ctx, user, page)
	})
}

func (l ListAudit) page(ctx context.Context, in In, what string, read func(domain.Page) ([]domain.AuditEntry, string, error)) (httpapi.List[Entry], error) {
	scope := "list-audit " + in.Caller.UserID.String() + " " + what
	page, err := l.Cursors.Page(scope, in.Limit, in.Cursor)
	if err != nil {
		return httpapi.List[Entry]{}, err
	}
	entries, next, err := read(page)
	if err != nil {
		return httpapi.List[Entry]{}, err
	}
	out := httpapi.List[Entry]{Limit: page.Limit, Next: l.Cursors.Seal(scope, next)}
	for _, e := range entries {
		out.Items = append(out.Items, Entry{
			ID: e.ID.String(), At: domain.FormatTime(e.At()), Kind: e.Kind, Actor: orNull(e.Actor.String()), Subject: orNull(e.Subject.String()),
			Address: orNull(e.Address), Outcome: e.Outcome, From: e.From, RequestID: e.RequestID,
		})
	}
	return out, nil
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
