package httpapi

import (
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// LessonView is a lesson's metadata as shown.
type LessonView struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Summary    string `json:"summary"`
	Track      string `json:"track"`
	Difficulty int    `json:"difficulty"` // 1 (easy) to 5
	Order      int    `json:"order"`
	Published  bool   `json:"published"` // editors see others too
	CreatedAt  string `json:"createdAt"`
	UpdatedAt  string `json:"updatedAt"`
}

// ViewLesson shows a lesson.
func ViewLesson(l *domain.Lesson) LessonView {
	s := l.State()
	return LessonView{
		ID: s.ID.String(), Title: s.Title, Summary: s.Summary, Track: s.Track.String(), Difficulty: s.Difficulty, Order: s.Order, Published: s.Published,
		CreatedAt: domain.FormatTime(s.CreatedAt), UpdatedAt: domain.FormatTime(s.UpdatedAt),
	}
}

// WrittenLesson is a lesson's metadata after its content was written.
type WrittenLesson struct {
	LessonView
	Dropped []string `json:"dropped,omitempty"` // what of the content learners do not see, as "iframe" or "style of p"
}

// CreatedLesson is a lesson's metadata as its first answer.
type CreatedLesson WrittenLesson

// Location implements Located.
func (l CreatedLesson) Location() string { return "/api/lessons/" + l.ID }

// EditedLesson answers a lesson's metadata with its ETag.
func EditedLesson(l *domain.Lesson) Versioned {
	return Versioned{View: ViewLesson(l), Version: l.State().Version}
}

// LessonBody is what editors say of a lesson; what is not there is nil.
type LessonBody struct {
	Title      *string `json:"title"`
	Summary    *string `json:"summary"`
	Track      *string `json:"track"`
	Difficulty *int    `json:"difficulty"`
	Order      *int    `json:"order"`
}

// Patch checks the track's name; the domain checks the rest.
func (b LessonBody) Patch() (domain.LessonPatch, error) {
	p := domain.LessonPatch{Title: b.Title, Summary: b.Summary, Difficulty: b.Difficulty, Order: b.Order}
	if b.Track != nil {
		track, err := domain.ParseTrack(*b.Track)
		if err != nil {
			return p, fault.InField("track", domain.ErrTrack)
		}
		p.Track = &track
	}
	return p, nil
}
