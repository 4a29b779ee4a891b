package domain

// Ports of lessons, progress and files. As in ports.go, calling again is always safe.

import (
	"context"
)

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
	// Change loads up to MaxChange different lessons, published or not, in the order of their ids,
	// nil for one that is not there. It lets change alter and replace them, by nil to delete one,
	// and saves those that differ then, together with the counts of published lessons: all or
	// nothing. If lessons are published, hidden, moved or deleted, MaxChange-2 may differ. When
	// somebody else was faster, change runs again on what they left.
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
	// Avatar reads a user's choice. ErrNoAvatar when there is none.
	Avatar(ctx context.Context, user UserID) (Avatar, error)
	// Picture reads the upload that is shown of a user. ErrNoAvatar, ErrAvatarNotReady or
	// ErrNoThumbnails when there is none.
	Picture(ctx context.Context, user UserID) (*Upload, error)
	// Pictures tells which uploads are shown of users, without those of whom none is.
	Pictures(ctx context.Context, users ...UserID) (map[UserID]UploadID, error)
}

// AvatarChanges changes users' pictures.
type AvatarChanges interface {
	// SetAvatar makes the upload its owner's picture, with the event that choose gives, or not at all. choose may run twice. ErrNoUpload
	// when the owner has no such upload.
	SetAvatar(ctx context.Context, owner UserID, id UploadID, choose func(*Upload) (Event, error)) (*Upload, error)
	// RemoveAvatar takes the picture away; of nobody it is no error.
	RemoveAvatar(ctx context.Context, user UserID) error
}
