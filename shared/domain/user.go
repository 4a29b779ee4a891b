package domain

import (
	"io"
	"time"

	"lyceum/shared/domain/fault"
)

// Role says what a user may do beyond their own things.
type Role struct{ s string }

// The roles: a learner learns, an editor also writes lessons, an admin also manages users.
var (
	Learner = Role{"learner"}
	Editor  = Role{"editor"}
	Admin   = Role{"admin"}
)

// RestoreRole is for stores and tokens; an unknown name is a learner, the role without power.
func RestoreRole(s string) Role {
	switch s {
	case Editor.s, Admin.s:
		return Role{s}
	}
	return Learner
}

// String is the stored and public name.
func (r Role) String() string { return r.s }

// UserState is everything stored of a user. The password's hash is not among it: it is a Credential, kept apart.
type UserState struct {
	ID             UserID
	Email          Email
	EmailVerified  bool
	PendingEmail   Email // that the user wants instead and has not confirmed; the zero Email for none
	FormerEmail    Email // that the user had before, to be told of the change; the zero Email for none
	FormerVerified bool  // that address was: nothing is sent to one that never was
	Username       Username
	Role           Role
	TimeZone       Zone // in which the learner's days are counted
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Version        int // counts the saves, for optimistic locking
}

// User is a person with an account.
type User struct{ state UserState }

// Credential is what proves a password: a hash in PHC string format, never shown and never part of a user.
type Credential struct {
	Hash      string
	ChangedAt time.Time // when the password was set, in milliseconds; names the password for sessions, so no two of one user are equal
}

// Next is the credential that replaces this one.
func (c Credential) Next(hash string, now time.Time) Credential {
	now = Millis(now)
	if !now.After(c.ChangedAt) { // another machine's clock is ahead
		now = Millis(c.ChangedAt).Add(time.Millisecond)
	}
	return Credential{hash, now}
}

// Caller is who a request comes from, as its access token says.
type Caller struct {
	UserID     UserID
	SessionID  SessionID
	Role       Role
	PasswordAt time.Time // as of Session
}

// Faults of accounts.
var (
	ErrEmailTaken      = fault.New(fault.Conflict, "user.email_taken", "An account with this e-mail address exists.")
	ErrPasswordChanged = fault.New(fault.Conflict, "user.password_changed", "The password was changed meanwhile. Sign in with the new one.")
	ErrNoUser          = fault.New(fault.NotFound, "user.not_found", "There is no such user.")
)

// NewUser makes a learner with an unverified address, and the event that tells of it.
func NewUser(email Email, name Username, now time.Time, random io.Reader) (*User, Event, error) {
	id, err := NewID[User](now, random)
	if err != nil {
		return nil, Event{}, err
	}
	created, err := NewEvent(UserCreated, now, random, map[string]string{"userId": id.String()})
	if err != nil {
		return nil, Event{}, err
	}
	now = Millis(now)
	return &User{UserState{ID: id, Email: email, Username: name, Role: Learner, CreatedAt: now, UpdatedAt: now, Version: 1}}, created, nil
}

// Live sets the zone in which the days of a new user are counted.
func (u *User) Live(zone Zone) { u.state.TimeZone = zone }

// RestoreUser is for stores.
func RestoreUser(s UserState) *User { return &User{s} }

// State is a copy of everything stored.
func (u *User) State() UserState { return u.state }

// ID is the user's id.
func (u *User) ID() UserID { return u.state.ID }

// Role is the user's role.
func (u *User) Role() Role { return u.state.Role }
