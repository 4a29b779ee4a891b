package domain

import "context"

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

// Users reads users.
type Users interface {
	// User reads one, as last written in this region. ErrNoUser when there is none.
	User(ctx context.Context, id UserID) (*User, error)
}

// Sessions keeps sign-ins.
type Sessions interface {
	// Open stores a new session.
	Open(ctx context.Context, session Session) error
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
	// Dashboard reads the user, the merged summary and the number of published lessons in one call of constant cost. ErrNoUser when there is none.
	Dashboard(ctx context.Context, id UserID) (user *User, summary Summary, published int, err error)
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
