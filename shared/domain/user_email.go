package domain

import (
	"io"
	"time"

	"lyceum/shared/domain/fault"
)

// ErrSameEmail is returned when the new address is the one that the user has.
var ErrSameEmail = fault.New(fault.Invalid, "user.email_same", "is your address already")

// ErrVerified is returned when a verified address is to be verified again.
var ErrVerified = fault.New(fault.Conflict, "user.email_verified", "Your e-mail address is verified already.")

// VerifyEmail records that the user reads the mail of an address. ErrLink when it is not theirs any more. A nil event says that it was
// verified before.
func (u *User) VerifyEmail(email Email, now time.Time, random io.Reader) (*Event, error) {
	switch {
	case u.state.Email != email:
		return nil, ErrLink
	case u.state.EmailVerified:
		return nil, nil
	}
	u.state.EmailVerified = true
	return u.changed(UserUpdated, now, random)
}

// AskEmail remembers an address that is to become the user's once they show that they read its mail. It replaces one that was asked for
// before.
func (u *User) AskEmail(email Email, now time.Time, random io.Reader) (*Event, error) {
	if u.state.Email == email {
		return nil, ErrSameEmail
	}
	u.state.PendingEmail = email
	return u.changed(EmailChangeRequested, now, random)
}

// KeepEmail forgets the address that was asked for, so that its link works no more. A nil event
// says that none was.
func (u *User) KeepEmail(now time.Time, random io.Reader) (*Event, error) {
	if u.state.PendingEmail == (Email{}) {
		return nil, nil
	}
	u.state.PendingEmail = Email{}
	return u.changed(UserUpdated, now, random)
}

// SwitchEmail makes the pending address the user's. ErrLink when another is pending, or none. A nil event says that it was done before.
func (u *User) SwitchEmail(email Email, now time.Time, random io.Reader) (*Event, error) {
	switch email {
	case u.state.Email:
		return nil, nil
	case u.state.PendingEmail:
		u.state.FormerEmail, u.state.FormerVerified = u.state.Email, u.state.EmailVerified
		u.state.Email, u.state.EmailVerified, u.state.PendingEmail = email, true, Email{}
		return u.changed(UserEmailChanged, now, random)
	}
	return nil, ErrLink
}
