package httpapi

import "lyceum/shared/domain"

// LessonView is a lesson's metadata as shown.
type LessonView struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	Summary    string `json:"summary"`
	Track      string `json:"track"`
	Difficulty int    `json:"difficulty"` // 1 (easy) to 5
	Order      int    `json:"order"`
	CreatedAt  string `json:"createdAt"`
	UpdatedAt  string `json:"updatedAt"`
}

// ViewLesson shows a lesson.
func ViewLesson(l *domain.Lesson) LessonView {
	s := l.State()
	return LessonView{
		ID: s.ID.String(), Title: s.Title, Summary: s.Summary, Track: s.Track.String(), Difficulty: s.Difficulty, Order: s.Order,
		CreatedAt: domain.FormatTime(s.CreatedAt), UpdatedAt: domain.FormatTime(s.UpdatedAt),
	}
}
