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
	// ChangePassword replaces the hash that was read. ErrPasswordChanged when another has been stored meanwhile, or the account is gone.
	ChangePassword(ctx context.Context, id UserID, read string, to Credential) error
}

// Users reads users.
type Users interface {
	// User reads one, as last written in this region. ErrNoUser when there is none.
	User(ctx context.Context, id UserID) (*User, error)
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
	// Standing is ErrSessionEnded for a session that was ended in this region, or in another and replicated since.
	Standing(ctx context.Context, user UserID, session SessionID) error
}

// Refreshes changes sessions.
type Refreshes interface {
	// Refresh loads the user and their session, lets decide change the session, and saves it when decide says so. decide may run several
	// times. ErrSessionEnded when there is no such session, when it has ended, or when the user is gone.
	Refresh(ctx context.Context, user UserID, session SessionID, decide func(*User, *Session) (save bool, err error)) error
}

// SessionEnder ends sessions. What has ended stays ended, whatever another region writes meanwhile.
type SessionEnder interface {
	// End ends one session, whether it is there or not.
	End(ctx context.Context, user UserID, session SessionID) error
	// EndAll ends every session of the user that was opened until then, in one write.
	EndAll(ctx context.Context, user UserID, then time.Time) error
}

// SessionList shows sessions.
type SessionList interface {
	// List reads the user's sessions that stand, newest first.
	List(ctx context.Context, user UserID) ([]Session, error)
}

// Limiter counts how often subjects do things, in this region.
type Limiter interface {
	// Take asks for one more. Of any number of calls at once, in any number of processes, as many are allowed as if they came one by one.
	Take(ctx context.Context, policy Policy, subject string) (Decision, error)
}

// Tries is a Limiter of tries at a secret. Take refuses who is locked, for LockAfter the failures in a row.
type Tries interface {
	Limiter
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

// ObjectEraser removes objects.
type ObjectEraser interface {
	// EraseObject removes every version of an object, for good. What is not there is no error.
	EraseObject(ctx context.Context, bucket, key string) error
}

// Page asks for a part of a list: at most Limit entries after the position that an earlier page ended with ("" = from the start).
type Page struct {
	Limit int
	After string
}

// Catalogue lists lessons.
type Catalogue interface {
	// List reads published lessons by track, difficulty, order and id; of one track, or of all when track is zero. next is "" at
	// the end. What is not inserted or removed meanwhile is listed exactly once. It may lag behind a write by a moment.
	List(ctx context.Context, track Track, page Page) (lessons []*Lesson, next string, err error)
}

// Lessons reads one lesson.
type Lessons interface {
	// Lesson reads one published lesson. ErrNoLesson when there is none.
	Lesson(ctx context.Context, id LessonID) (*Lesson, error)
}

// LessonWriter makes lessons.
type LessonWriter interface {
	// Create stores a new lesson and counts it as published. Calling again with the same lesson changes nothing.
	Create(ctx context.Context, lesson *Lesson) error
}

// Completions records finished lessons.
type Completions interface {
	// Complete loads what this region knows of the lesson, the learner's progress in it and their summary, lets record change them,
	// and saves progress, summary and the events in one transaction. record may run several times. ErrNoLesson when there is none.
	Complete(ctx context.Context, user UserID, lesson LessonID, record func(*Lesson, *Progress, *Summary) ([]Event, error)) error
}

// Dashboards reads the learner's overview.
type Dashboards interface {
	// Dashboard reads the user, the merged summary and the numbers of published lessons in one call of constant cost. ErrNoUser when there is none.
	Dashboard(ctx context.Context, id UserID) (user *User, summary Summary, published CatalogueCounts, err error)
}

// Outbox records events that stand alone.
type Outbox interface {
	// Record keeps the event, which is then delivered at least once. Calling again with the same event changes nothing.
	Record(ctx context.Context, event Event) error
}

// UploadWriter records uploads.
type UploadWriter interface {
	// Create stores the record of an upload whose bytes are in place.
	Create(ctx context.Context, upload *Upload, confirmed Event) error
}

// Uploads reads uploads.
type Uploads interface {
	// Upload reads one of the owner's uploads. ErrNoUpload when there is none, or when it belongs to somebody else.
	Upload(ctx context.Context, owner UserID, id UploadID) (*Upload, error)
}
