package domain

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"lyceum/shared/domain/fault"
)

// MaxContentBytes bounds a lesson's body: with metadata and JSON escapes it stays below Lambda's 6 MB answer.
const MaxContentBytes = 1 << 20

// Track is the name of a series of lessons: lower-case words with hyphens, at most 64 bytes.
type Track struct{ s string }

// ErrTrack is returned for text that is not a track's name.
var ErrTrack = fault.New(fault.Invalid, "lesson.track_invalid", "must be lower-case words with hyphens, at most 64 characters")

// ParseTrack checks a track's name.
func ParseTrack(s string) (Track, error) {
	if len(s) > 64 {
		return Track{}, ErrTrack
	}
	for _, word := range strings.Split(s, "-") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return Track{}, ErrTrack
		}
	}
	return Track{s}, nil
}

// RestoreTrack is for stores.
func RestoreTrack(s string) Track { return Track{s} }

// String is the name; "" is no track.
func (t Track) String() string { return t.s }

// LessonState is everything stored of a lesson. The body lies under ContentKey, a key that is written once and never changed.
type LessonState struct {
	ID          LessonID
	Title       string
	Summary     string
	Track       Track
	Difficulty  int // 1 (easy) to 5
	Order       int // position among lessons of the same track and difficulty, 0 to 999999
	ContentKey  string
	ContentType string // of the body: text/markdown
	Published   bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int
}

// Lesson is something to learn.
type Lesson struct{ state LessonState }

// Faults of lessons.
var (
	ErrNoLesson  = fault.New(fault.NotFound, "lesson.not_found", "There is no such lesson.")
	ErrNoContent = fault.New(fault.Unavailable, "lesson.content_missing", "The lesson's content is not here yet.")
)

// LessonDraft is what an author says of a new lesson.
type LessonDraft struct {
	Title, Summary string
	Track          Track
	Difficulty     int
	Order          int
}

// NewLesson makes a published lesson whose body belongs under its ContentKey.
func NewLesson(d LessonDraft, now time.Time, random io.Reader) (*Lesson, error) {
	var bad fault.Details
	if title := strings.TrimSpace(d.Title); title == "" || utf8.RuneCountInString(title) > 200 {
		bad.Add("title", fault.New(fault.Invalid, "lesson.title_invalid", "must have 1 to 200 characters"))
	}
	if utf8.RuneCountInString(d.Summary) > 500 {
		bad.Add("summary", fault.New(fault.Invalid, "lesson.summary_invalid", "must have at most 500 characters"))
	}
	if d.Track.s == "" {
		bad.Add("track", ErrTrack)
	}
	if d.Difficulty < 1 || d.Difficulty > 5 {
		bad.Add("difficulty", fault.New(fault.Invalid, "lesson.difficulty_invalid", "must be 1 to 5"))
	}
	if d.Order < 0 || d.Order > 999_999 {
		bad.Add("order", fault.New(fault.Invalid, "lesson.order_invalid", "must be 0 to 999999"))
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	id, err := NewID[Lesson](now, random)
	if err != nil {
		return nil, err
	}
	now = Millis(now)
	return &Lesson{LessonState{
		ID: id, Title: strings.TrimSpace(d.Title), Summary: d.Summary, Track: d.Track, Difficulty: d.Difficulty, Order: d.Order,
		ContentKey: "lessons/" + id.String() + "/1", ContentType: "text/markdown", Published: true,
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}}, nil
}

// RestoreLesson is for stores.
func RestoreLesson(s LessonState) *Lesson { return &Lesson{s} }

// State is a copy of everything stored.
func (l *Lesson) State() LessonState { return l.state }
