package main

import (
	"context"
	"io"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/httpapi"
)

// DeleteMe erases the caller: everything of theirs, everywhere.
type DeleteMe struct {
	Erasures domain.Erasures
	Accounts domain.Passwords
	Admins   domain.Admins
	Outbox   domain.Outbox
	Limits   httpapi.Limits
	Cost     auth.Argon2id
	Now      func() time.Time
	Random   io.Reader
}

// In is the request.
type In struct {
	Caller domain.Caller
	Body   struct {
		Password string `json:"password"`
	}
}

// Out is the receipt.
type Out struct {
	UserID  string          `json:"userId"`
	BeganAt string          `json:"beganAt"`
	EndedAt string          `json:"endedAt"`
	Erased  []domain.Erased `json:"erased"`  // as it stood when the erasure began
	Remains []Remain        `json:"remains"` // what goes by itself, and when at the latest
}

// Remain is what stays for a while.
type Remain struct {
	What  string `json:"what"`
	Until string `json:"until"`
}

// Do asks for the password, records the event user.deleted, and erases. The event's consumer,
// erase-user, does the same, so from the event on the erasure comes to its end whatever dies here.
// Who repeats the request with a token of the session that began it goes on, and is answered the
// receipt again: the password, which is gone, is not asked then. The last admin gets
// domain.ErrLastAdmin.
func (d DeleteMe) Do(ctx context.Context, in In) (Out, error) {
	user, session := in.Caller.UserID, in.Caller.SessionID
	_, begun, err := d.Erasures.Begun(ctx, user)
	if err == nil && !begun {
		err = d.ask(ctx, user, in.Body.Password)
		if err == nil {
			err = d.announce(ctx, user, session)
		}
	}
	if err != nil {
		return Out{}, err
	}
	erasure, err := d.Erasures.Erase(ctx, user, session)
	return view(erasure), err
}

func (d DeleteMe) ask(ctx context.Context, id domain.UserID, text string) error {
	password, err := auth.EnteredPassword(text)
	if err != nil {
		return fault.InField("password", auth.ErrPassword)
	}
	account, credential, err := d.Accounts.Account(ctx, id)
	if err != nil {
		return err
	}
	right, err := d.Limits.Try(ctx, httpapi.PasswordUser, httpapi.Hashed(id.String()), func() (bool, error) {
		return d.Cost.Matches(password, credential.Hash)
	})
	if err == nil && !right {
		err = fault.InField("password", auth.ErrWrongPassword)
	}
	if err == nil && account.Role() == domain.Admin {
		err = d.Admins.SetAdmin(ctx, id, false, domain.UserID{})
	}
	return err
}

func (d DeleteMe) announce(ctx context.Context, id domain.UserID, session domain.SessionID) error {
	deleted, err := domain.NewEvent(domain.UserDeleted, d.Now(), d.Random, map[string]string{"userId": id.String(), "sessionId": session.String()})
	if err != nil {
		return err
	}
	return d.Outbox.Record(ctx, deleted)
}

func view(e domain.Erasure) Out {
	out := Out{UserID: e.UserID.String(), BeganAt: domain.FormatTime(e.BeganAt), EndedAt: domain.FormatTime(e.EndedAt), Erased: e.Erased}
	for _, r := range e.Remains() {
		out.Remains = append(out.Remains, Remain{r.What, domain.FormatTime(r.Until)})
	}
	return out
}
