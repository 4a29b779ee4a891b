package domain

import (
	"io"
	"time"
)

// EventType is a past-tense name; a new meaning gets a new name.
type EventType string

// The events of the platform.
const (
	UserCreated      EventType = "user.created"
	UserUpdated      EventType = "user.updated"
	UserRoleChanged  EventType = "user.role_changed"
	UserDeleted      EventType = "user.deleted" // asked for, and to be finished by whoever consumes it; sessionId says by which session
	UserEmailChanged EventType = "user.email_changed"

	ResetRequested        EventType = "auth.reset_requested" // of nobody, too: then no user has the id
	VerificationRequested EventType = "auth.verification_requested"
	EmailChangeRequested  EventType = "auth.email_change_requested"
	PasswordChanged       EventType = "auth.password_changed"

	LessonCompleted  EventType = "lesson.completed"  // the first completion of a lesson by a user
	TrackCompleted   EventType = "track.completed"   // every published lesson of a track completed by a user
	CatalogueChanged EventType = "catalogue.changed" // lessons were published, hidden, moved or deleted; data lessons: see ChangedLessons
	CatalogueDue     EventType = "catalogue.due"     // a region has more learners to bring up to date with the catalogue
	LessonLiked      EventType = "lesson.liked"      // the first like of a lesson by a user
	ProgressCounted  EventType = "progress.counted"  // a region counted a lesson for a user, or heard that another did; data userId, lessonId
	LikeCounted      EventType = "like.counted"      // the same of a like
	UploadConfirmed  EventType = "upload.confirmed"
	UploadDeleted    EventType = "upload.deleted"
	AvatarChanged    EventType = "avatar.changed" // data userId, uploadId
)

// Event is something that happened, recorded in the same write as the change it tells of. Data holds ids, never personal data.
type Event struct {
	ID      EventID
	Type    EventType
	Version int // of the data's shape
	At      time.Time
	Data    map[string]string
}

// NewEvent makes an event of version 1.
func NewEvent(kind EventType, now time.Time, random io.Reader, data map[string]string) (Event, error) {
	id, err := NewID[Event](now, random)
	if err != nil {
		return Event{}, err
	}
	return Event{ID: id, Type: kind, Version: 1, At: Millis(now), Data: data}, nil
}

// User is the id under userId in the data.
func (e Event) User() (UserID, error) { return ParseID[User](e.Data["userId"]) }
