package httpapi

import "lyceum/shared/domain"

// Progress is how far a learner is in one lesson, as shown to them.
type Progress struct {
	LessonID         string    `json:"lessonId"`
	Title            string    `json:"title"`
	Track            string    `json:"track"`
	Completed        bool      `json:"completed"`
	BestScore        int       `json:"bestScore"`
	LastScore        int       `json:"lastScore"`
	Attempts         int       `json:"attempts"`
	FirstCompletedAt *string   `json:"firstCompletedAt"` // null while not finished
	LastCompletedAt  *string   `json:"lastCompletedAt"`
	Position         *Position `json:"position"` // null when none was saved
}

// Position is where a learner left a lesson.
type Position struct {
	Position   int    `json:"position"`
	Unit       string `json:"unit"`               // seconds or percent
	Duration   *int   `json:"duration,omitempty"` // seconds
	Device     string `json:"device,omitempty"`
	ClientTime string `json:"clientTime"`
}

// ViewProgress shows progress.
func ViewProgress(lesson domain.LessonID, s domain.Standing) Progress {
	out := Progress{
		LessonID: lesson.String(), Title: s.Title, Track: s.Track.String(), Completed: s.Completed(),
		BestScore: int(s.BestScore), LastScore: int(s.LastScore), Attempts: s.Attempts,
	}
	if s.Completed() {
		first, last := domain.FormatTime(s.FirstCompletedAt), domain.FormatTime(s.LastCompletedAt)
		out.FirstCompletedAt, out.LastCompletedAt = &first, &last
	}
	if !s.Position.IsZero() {
		position := ViewPosition(s.Position)
		out.Position = &position
	}
	return out
}

// ViewPosition shows a position.
func ViewPosition(p domain.Position) Position {
	out := Position{Position: p.Value, Unit: "seconds", Device: p.Device, ClientTime: domain.FormatTime(p.At)}
	if p.Percent {
		out.Unit = "percent"
	}
	if p.Duration > 0 {
		out.Duration = &p.Duration
	}
	return out
}

// Stats are totals of a learner.
type Stats struct {
	Total        int     `json:"total"`        // published lessons, finished or not
	Completed    int     `json:"completed"`    // lessons finished at least once, at most Total
	AverageScore float64 `json:"averageScore"` // of the best scores of all that was finished
}

// ViewStats shows totals. Lessons that were finished and then withdrawn stay in the learner's history and in the tally, but not among the
// published; so that nobody is shown more than everything, completed ends at that number.
func ViewStats(tally domain.Tally, published int) Stats {
	return Stats{published, min(tally.Completed, published), tally.AverageScore()}
}
