package domain

import (
	"context"
	"time"
)

// Every port: a store that does not answer is fault.Unavailable; calling again is always safe.

// Registry creates accounts.
type Registry interface {
	// Register stores user and credential as one account. Of any number of calls with one e-mail address, in any region, one
	// succeeds; the others get ErrEmailTaken and leave nothing behind that could be signed in to.
	Register(ctx context.Context, user *User, credential Credential, created Event) error
}

// Credentials finds what login needs.
type Credentials interface {
	// ByEmail reads the account that owns the address, as last written in this region. ErrNoUser when there is none.
	ByEmail(ctx context.Context, email Email) (*User, Credential, error)
}

// Rehasher keeps hashes up to date.
type Rehasher interface {
	// Rehash replaces the hash that was read with a new one of the same password. If another has been stored meanwhile, or the
	// account is gone, it changes nothing; that is no error.
	Rehash(ctx context.Context, id UserID, read, now string) error
}

// Passwords changes passwords.
type Passwords interface {
	// Account reads a user and their credential, as last written in this region. ErrNoUser when there is none.
	Account(ctx context.Context, id UserID) (*User, Credential, error)
	// ChangePassword replaces the hash that was read, with the event that tells of it in the same write. ErrPasswordChanged when another
	// has been stored meanwhile, or the account is gone.
	ChangePassword(ctx context.Context, id UserID, read string, to Credential, changed Event) error
}

// Owners tells whose an address is.
type Owners interface {
	// Owner is the id of the account that claims the address, as last written in this region. ErrNoUser when there is none. An account
	// that is on its way to the address or away from it may claim it too.
	Owner(ctx context.Context, email Email) (UserID, error)
}

// Links keeps the newest link of each kind of each user. Reads and writes go where claims are decided, so that all regions agree.
type Links interface {
	// Issue stores the link in place of an older one. ErrLinkReplaced when a newer one is there; the same one again changes nothing.
	Issue(ctx context.Context, link Link) error
	// Linked reads a user, their credential and their link of a kind; the zero Link when there is none. ErrNoUser when there is no such
	// account.
	Linked(ctx context.Context, id UserID, kind LinkKind) (*User, Credential, Link, error)
}

// EmailChanges gives accounts another address.
type EmailChanges interface {
	// SwitchEmail makes the link's address the user's, and gives the old one free; change is User.SwitchEmail. Of any number of accounts
	// that want an address one gets it, the others ErrEmailTaken. Until the user is saved the old address signs in and not the new one,
	// from then on the other way round. Repeating it goes on where it stopped.
	SwitchEmail(ctx context.Context, link Link, change func(*User) (*Event, error)) (*User, error)
}

// Users reads users.
type Users interface {
	// User reads one, as last written in this region. ErrNoUser when there is none.
	User(ctx context.Context, id UserID) (*User, error)
}

// Roles tells roles.
type Roles interface {
	// Role is the user's, as last written; Learner of nobody.
	Role(ctx context.Context, id UserID) (Role, error)
}

// Admins keeps the list of admins, without which the role in a user is none. It is asked before the
// role in the user is changed.
type Admins interface {
	// SetAdmin puts the user on the list or takes them off it; by is the admin who does it, zero
	// for the operator and for users who leave themselves. Of any number of calls at once one admin
	// at least stays: ErrLastAdmin for the call that would take the last. ErrForbidden if by is
	// none at that moment. Repeating it changes nothing.
	SetAdmin(ctx context.Context, id UserID, admin bool, by UserID) error
}

// UserChanges changes users.
type UserChanges interface {
	// Update loads the user, lets change alter them, and saves them with the event in one write. When somebody else was faster, change
	// runs again on what they left, so no change is lost. A nil event says that nothing changed, and nothing is saved. ErrNoUser when
	// there is none.
	Update(ctx context.Context, id UserID, change func(*User) (*Event, error)) (*User, error)
}

// Directory lists users.
type Directory interface {
	// List reads all users, the newest first. next is "" at the end. Who does not come or go meanwhile is listed exactly once. It may
	// lag behind a write by a moment, and shows a registration that is under way, or died, until the next for its address clears it away.
	List(ctx context.Context, page Page) (users []*User, next string, err error)
}

// Sessions keeps sign-ins.
type Sessions interface {
	// Open stores a new session.
	Open(ctx context.Context, session Session) error
}

// SessionGate is asked about every access token.
type SessionGate interface {
	// Standing is ErrSessionEnded if the caller's session was ended in this region, or in another
	// and replicated since.
	Standing(ctx context.Context, caller Caller) error
}

// Refreshes changes sessions.
type Refreshes interface {
	// Refresh loads the user and their session, lets decide change the session, and saves it when
	// decide says so. decide may run several times. ErrSessionEnded when there is no such session,
	// when it has ended, when the user is gone, or when the password is not the one any more that
	// opened the session, as last written in this region.
	Refresh(ctx context.Context, user UserID, session SessionID, decide func(*User, *Session) (save bool, err error)) error
}

// SessionEnder ends sessions. What has ended stays ended, whatever another region writes meanwhile.
type SessionEnder interface {
	// End ends one session, whether it is there or not.
	End(ctx context.Context, user UserID, session SessionID) error
	// EndAll ends every session of the user that was opened until then, in one write.
	EndAll(ctx context.Context, user UserID, then time.Time) error
	// EndOfPassword ends every session of the user that an older password opened than the one that
	// was set at a time, in one write: those that are being opened too.
	EndOfPassword(ctx context.Context, user UserID, set time.Time) error
}

// SessionList shows sessions.
type SessionList interface {
	// List reads the user's sessions that stand, newest first.
	List(ctx context.Context, user UserID) ([]Session, error)
}

// SessionOwners tells whose a session is.
type SessionOwners interface {
	// Owns tells whether the session was opened by the user, as long as it would live, ended or not.
	Owns(ctx context.Context, user UserID, session SessionID) (bool, error)
}

// Limiter counts how often subjects do things, in this region.
type Limiter interface {
	// Take asks for one more. Of any number of calls at once, in any number of processes, as many are allowed as if they came one by one.
	Take(ctx context.Context, policy Policy, subject string) (Decision, error)
	// TakeMany asks for n more, which are allowed or refused together.
	TakeMany(ctx context.Context, policy Policy, subject string, n int) (Decision, error)
}

// Counter counts in this region.
type Counter interface {
	// Count adds n, which may be below 0, to what a subject has in this window of the policy, all
	// of which begin at fixed times, and returns the sum and how long the window lasts yet. Of any
	// number of calls at once none is lost.
	Count(ctx context.Context, policy Policy, subject string, n int) (sum int, left time.Duration, err error)
}

// Tries is a Limiter of tries at a secret. Take refuses who is locked, for LockAfter the failures in a row.
type Tries interface {
	Limiter
	Counter
	// Failed counts one more wrong try, and Passed forgets them all.
	Failed(ctx context.Context, policy Policy, subject string) error
	Passed(ctx context.Context, policy Policy, subject string) error
}

// Erasures removes all that is kept of users.
type Erasures interface {
	// Begun reads the user's erasure; found is false when none began.
	Begun(ctx context.Context, user UserID) (erasure Erasure, found bool, err error)
	// Erase removes everything, asked for by a session, zero when it is not known. From its first write on no session of the user is
	// good. Wherever it ends early, calling again goes on; calling again at the end finds nothing left, or what came late, and removes it.
	Erase(ctx context.Context, user UserID, by SessionID) (Erasure, error)
}

// Exports reads all that is kept of users.
type Exports interface {
	// Export reads a part of it, strongly consistent within the region: all there is, or as much as an answer takes. After names the part
	// before, "" for the first.
	Export(ctx context.Context, user UserID, after string) (Export, error)
}

// Export is a part of what is kept of a user, without secrets: things by section, each with what is stored of it.
type Export struct {
	Sections map[string][]map[string]any
	Next     string // names this part for the next, "" at the end
}

// ObjectEraser removes objects.
type ObjectEraser interface {
	// EraseObject removes every version of an object, for good. What is not there is no error.
	EraseObject(ctx context.Context, bucket, key string) error
	// EraseParts ends an upload in parts and removes those that have arrived; later ones are refused.
	EraseParts(ctx context.Context, upload *Upload) error
}

// Page asks for a part of a list: at most Limit entries after the position that an earlier page ended with ("" = from the start).
type Page struct {
	Limit int
	After string
}

// Shelf is a part of the catalogue.
type Shelf struct {
	Track      Track // zero = all
	Difficulty int   // of that track; 0 = all
	Drafts     bool  // the lessons that are not published, instead of those that are
}
