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

// Catalogue lists lessons.
type Catalogue interface {
	// List reads lessons by track, difficulty, order and id. next is "" at the end. What is not inserted, moved or removed meanwhile is
	// listed exactly once. It may lag behind a write by a moment.
	List(ctx context.Context, shelf Shelf, page Page) (lessons []*Lesson, next string, err error)
}

// Lessons reads one lesson.
type Lessons interface {
	// Lesson reads one published lesson, as last written in this region. ErrNoLesson when there is none.
	Lesson(ctx context.Context, id LessonID) (*Lesson, error)
}

// AllLessons reads lessons for editors.
type AllLessons interface {
	// AnyLesson is Lessons.Lesson for drafts too.
	AnyLesson(ctx context.Context, id LessonID) (*Lesson, error)
}

// LessonViews reads lessons as a user sees them.
type LessonViews interface {
	// View reads in one call a lesson, a draft too, and how it is liked, as last written in this region. ErrNoLesson when there is none.
	View(ctx context.Context, user UserID, id LessonID) (*Lesson, Likes, error)
}

// Bodies reads what lessons contain.
type Bodies interface {
	// Get reads at most limit bytes that were stored under a key. ErrNoContent when they are not there (yet).
	Get(ctx context.Context, key string, limit int64) ([]byte, error)
}

// BodyWriter keeps what lessons contain.
type BodyWriter interface {
	// Put stores content under a key that is used once.
	Put(ctx context.Context, key, contentType string, content []byte) error
	// Keys are the keys that begin with prefix, in their order.
	Keys(ctx context.Context, prefix string) ([]string, error)
	// Delete removes what is under the keys, whether it is there or not.
	Delete(ctx context.Context, keys []string) error
}

// LessonWriter makes lessons.
type LessonWriter interface {
	// Create stores a new lesson, and counts it if it is published. Calling again with the same lesson changes nothing.
	Create(ctx context.Context, lesson *Lesson) error
}

// MaxChange is how many lessons can be changed at once.
const MaxChange = 100

// LessonChanges changes lessons.
type LessonChanges interface {
	// Change loads up to MaxChange different lessons, published or not, in the order of their ids, nil for one that is not there. It lets
	// change alter and replace them, by nil to delete one, and saves those that differ then, together with the counts of published lessons:
	// all or nothing. If the counts change, MaxChange-1 lessons may differ. When somebody else was faster, change runs again on what they left.
	Change(ctx context.Context, ids []LessonID, change func(lessons []*Lesson) error) error
}

// Learning changes how far learners are.
type Learning interface {
	// Learn loads what this region knows of the learner and the lessons, lets change alter it, and saves all that changed with the events in
	// one transaction. change may run several times. More lessons than go into one transaction are taken in parts, each saved before the
	// next: change is then called for each part, and finds its lessons in Study.Progress. ErrNoUser when there is no such user.
	Learn(ctx context.Context, user UserID, lessons []LessonID, change func(*Study) ([]Event, error)) error
}

// ProgressReader reads how far a learner is in one lesson.
type ProgressReader interface {
	// Progress merges what all regions know, as last written in this region. It is zero for a lesson never begun; ErrNoLesson when there is
	// no such lesson either, or it is not published.
	Progress(ctx context.Context, user UserID, lesson LessonID) (Standing, error)
}

// HistoryEntry is a finished lesson.
type HistoryEntry struct {
	LessonID LessonID
	Standing
}

// History lists what a learner has finished.
type History interface {
	// List reads finished lessons by their first completion, the latest first, as last written in this region. next is "" at the end. What
	// comes or goes meanwhile is listed once or not at all, everything else exactly once. Only a lesson whose earlier completion becomes known
	// while somebody reads page by page moves down, and can be met again.
	List(ctx context.Context, user UserID, page Page) (entries []HistoryEntry, next string, err error)
}

// Stats reads a learner's totals.
type Stats interface {
	// Stats reads the merged summary and the numbers of published lessons in one call.
	Stats(ctx context.Context, user UserID) (Summary, CatalogueCounts, error)
}

// Overview is what the dashboard shows.
type Overview struct {
	User      *User
	Summary   Summary
	Begun     []Begun // the latest first, at most ResumeShown
	Published CatalogueCounts
}

// LikeChanges changes likes.
type LikeChanges interface {
	// Like loads the lesson, nil when there is none, and what this region knows of the user's likes of it. It lets change alter the like and
	// say by how much the lesson's count changes, and saves like, count and events in one transaction. change may run several times.
	Like(ctx context.Context, user UserID, lesson LessonID, change func(*Lesson, *Like) (count int, events []Event, err error)) (Likes, error)
}

// Dashboards reads the learner's overview.
type Dashboards interface {
	// Dashboard reads everything in one call of constant cost. ErrNoUser when there is no such user.
	Dashboard(ctx context.Context, id UserID) (Overview, error)
}

// Outbox records events that stand alone.
type Outbox interface {
	// Record keeps the event, which is then delivered at least once. Calling again with the same event changes nothing.
	Record(ctx context.Context, event Event) error
}

// UploadWriter records new uploads.
type UploadWriter interface {
	// Create stores a new upload with its events, and counts it against the owner's limit, exactly in this region; what other regions
	// counted is known as far as it is replicated. ErrQuota and ErrTooManyOpened leave nothing. It frees places whose reservation is
	// over. Calling again with the same upload changes nothing.
	Create(ctx context.Context, upload *Upload, limit Usage, events ...Event) error
}

// Uploads reads uploads.
type Uploads interface {
	// Upload reads one of the owner's uploads, in whatever status. ErrNoUpload when there is none, or when it belongs to somebody else.
	Upload(ctx context.Context, owner UserID, id UploadID) (*Upload, error)
}

// UploadChanges changes uploads.
type UploadChanges interface {
	// Change loads the upload, lets change alter it, and saves it with the event and what it means for the quota in one transaction, unless
	// it is as before. change may run several times. ErrNoUpload when there is none.
	Change(ctx context.Context, owner UserID, id UploadID, change func(*Upload) (*Event, error)) (*Upload, error)
}

// UploadList lists uploads.
type UploadList interface {
	// List reads the owner's uploads in every status, the newest first, consistently in the region. next is "" at the end.
	List(ctx context.Context, owner UserID, page Page) (uploads []*Upload, next string, err error)
}

// Avatars keeps users' pictures.
type Avatars interface {
	// Avatar reads one. ErrNoAvatar when the user has none.
	Avatar(ctx context.Context, user UserID) (Avatar, error)
}

// AvatarChanges changes users' pictures.
type AvatarChanges interface {
	// SetAvatar makes the upload its owner's picture, with the event that choose gives, or not at all. choose may run twice. ErrNoUpload
	// when the owner has no such upload.
	SetAvatar(ctx context.Context, owner UserID, id UploadID, choose func(*Upload) (Event, error)) (*Upload, error)
	// RemoveAvatar takes the picture away; of nobody it is no error.
	RemoveAvatar(ctx context.Context, user UserID) error
}
