package domain

import (
	"io"
	"strings"
	"time"

	"lyceum/shared/domain/fault"
)

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

// Bounds of a lesson's place in the catalogue.
const (
	MaxDifficulty = 5
	MaxOrder      = 999_999
	maxTitle      = 200 // characters
	maxSummary    = 500
)

// Faults of a lesson's fields.
var (
	ErrDifficulty = fault.New(fault.Invalid, "lesson.difficulty_invalid", "must be 1 to 5")
	ErrOrder      = fault.New(fault.Invalid, "lesson.order_invalid", "must be 0 to 999999")
)

// LessonState is everything stored of a lesson.
type LessonState struct {
	ID         LessonID
	Title      string
	Summary    string
	Track      Track
	Difficulty int // 1 (easy) to MaxDifficulty
	Order      int // position among lessons of the same track and difficulty, 0 to MaxOrder
	Content
	Path      string // of the file it was imported from; "" for none
	Space     string // the name space of that file's folder; "" for none
	Published bool
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int // grows with every change; see touch
}

// Lesson is something to learn. It is a draft, which editors alone see, until it is published.
type Lesson struct{ state LessonState }

// ErrNoLesson is returned where there is no lesson, or none that the caller may see.
var ErrNoLesson = fault.New(fault.NotFound, "lesson.not_found", "There is no such lesson.")

// LessonDraft is what an author says of a new lesson.
type LessonDraft struct {
	ID             LessonID // zero = a new one
	Title, Summary string
	Track          Track
	Difficulty     int
	Order          int
	Path, Space    string // of the file that it comes from, and of its folder
}

// NewLesson makes a draft without content.
func NewLesson(d LessonDraft, now time.Time, random io.Reader) (*Lesson, error) {
	s := LessonState{
		ID: d.ID, Track: d.Track, Difficulty: d.Difficulty, Order: d.Order, Path: d.Path, Space: d.Space,
		CreatedAt: Millis(now), UpdatedAt: Millis(now), Version: 1,
	}
	if err := s.fill(&d.Title, &d.Summary); err != nil {
		return nil, err
	}
	if s.ID.IsZero() {
		var err error
		if s.ID, err = NewID[Lesson](now, random); err != nil {
			return nil, err
		}
	}
	return &Lesson{s}, nil
}

// fill takes over what an author typed, nil for what they did not, and names every field that
// breaks a rule.
func (s *LessonState) fill(title, summary *string) error {
	var bad fault.Details
	var err error
	if title != nil {
		s.Title, err = ParseLine(*title, maxTitle, true)
		bad.Add("title", err)
	}
	if summary != nil {
		s.Summary, err = ParseLine(*summary, maxSummary, false)
		bad.Add("summary", err)
	}
	if s.Track.s == "" {
		bad.Add("track", ErrTrack)
	}
	if s.Difficulty < 1 || s.Difficulty > MaxDifficulty {
		bad.Add("difficulty", ErrDifficulty)
	}
	if s.Order < 0 || s.Order > MaxOrder {
		bad.Add("order", ErrOrder)
	}
	return bad.Err()
}

// RestoreLesson is for stores.
func RestoreLesson(s LessonState) *Lesson { return &Lesson{s} }

// State is a copy of everything stored.
func (l *Lesson) State() LessonState { return l.state }
