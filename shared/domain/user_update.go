package domain

import (
	"io"
	"time"

	"lyceum/shared/domain/fault"
)

// Faults of changing users.
var (
	ErrForbidden      = fault.New(fault.Forbidden, "auth.forbidden", "You may not do this.")
	ErrRole           = fault.New(fault.Invalid, "user.role_invalid", "must be learner, editor or admin")
	ErrLastAdmin      = fault.New(fault.Conflict, "user.last_admin", "There must be an admin. Make somebody else one first.")
	ErrUnverifiedRole = fault.New(fault.Conflict, "user.email_unverified", "This user has not verified their e-mail address. Roles are for those who have.")
	ErrOwnRole        = fault.New(fault.Conflict, "user.own_role", "Nobody changes their own role. Ask another admin to do it.")
)

// ParseRole takes exactly the names of the roles.
func ParseRole(text string) (Role, error) {
	if role := RestoreRole(text); role.s == text {
		return role, nil
	}
	return Role{}, ErrRole
}

// Above reports whether the role may do what the other one may not.
func (r Role) Above(other Role) bool {
	return r == Admin && other != Admin || r == Editor && other == Learner
}

// MustBeAdmin is ErrForbidden unless the caller is an admin. A role that is given reaches the
// tokens at the next sign-in or refresh; of one that was taken see auth.Guard.
func (c Caller) MustBeAdmin() error {
	if c.Role != Admin {
		return ErrForbidden
	}
	return nil
}

// MayChange is ErrForbidden unless the user is the caller, or the caller is an admin. It does not ask whether there is such a user.
func (c Caller) MayChange(user UserID) error {
	if c.UserID == user {
		return nil
	}
	return c.MustBeAdmin()
}

// Rename gives the user another name. A nil event says that it is the same name and nothing changed.
func (u *User) Rename(name Username, now time.Time, random io.Reader) (*Event, error) {
	return u.Edit(UserEdit{Username: &name}, now, random)
}

// UserEdit is what users may change of themselves at once; nil stays as it is.
type UserEdit struct {
	Username *Username
	TimeZone *Zone // days that were counted stay counted; those to come are counted in the new zone
}

// Edit changes the user. A nil event says that nothing changed.
func (u *User) Edit(edit UserEdit, now time.Time, random io.Reader) (*Event, error) {
	before := u.state
	if edit.Username != nil {
		u.state.Username = *edit.Username
	}
	if edit.TimeZone != nil {
		u.state.TimeZone = *edit.TimeZone
	}
	if u.state == before {
		return nil, nil
	}
	return u.changed(UserUpdated, now, random)
}

// MayHold is ErrUnverifiedRole for a role beyond learner and a user who has not verified their
// address: anybody can register somebody else's.
func (u *User) MayHold(role Role) error {
	if role != Learner && !u.state.EmailVerified {
		return ErrUnverifiedRole
	}
	return nil
}

// SetRole gives the user another role, if they MayHold it. A nil event says that they have it
// already.
func (u *User) SetRole(role Role, now time.Time, random io.Reader) (*Event, error) {
	if err := u.MayHold(role); err != nil {
		return nil, err
	}
	if u.state.Role == role {
		return nil, nil
	}
	u.state.Role = role
	return u.changed(UserRoleChanged, now, random)
}

// changed counts a change of the user and makes the event that tells of it.
func (u *User) changed(kind EventType, now time.Time, random io.Reader) (*Event, error) {
	u.state.Version++
	u.state.UpdatedAt = Millis(now)
	event, err := NewEvent(kind, now, random, map[string]string{"userId": u.state.ID.String()})
	return &event, err
}
