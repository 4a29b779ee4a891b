package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetDashboard shows callers themselves, what they finished last, what they have begun and how far they are.
type GetDashboard struct {
	Dashboards domain.Dashboards
	Now        func() time.Time
}

// In is the request.
type In struct{ Caller domain.Caller }

// Out is the overview.
type Out struct {
	User   httpapi.Self  `json:"user"`
	Recent []Recent      `json:"recent"` // newest first, at most domain.RecentLimit
	Resume []Begun       `json:"resume"` // newest first, at most domain.ResumeShown
	Stats  httpapi.Stats `json:"stats"`
	Streak Streak        `json:"streak"`
}

// Recent is one finished lesson.
type Recent struct {
	LessonID    string `json:"lessonId"`
	Title       string `json:"title"`
	Score       int    `json:"score"`
	CompletedAt string `json:"completedAt"`
}

// Begun is one lesson that was begun and not finished.
type Begun struct {
	LessonID string           `json:"lessonId"`
	Title    string           `json:"title"`
	Position httpapi.Position `json:"position"`
}

// Streak is how many days in a row something was finished, in the user's time zone.
type Streak struct {
	Current int `json:"current"` // until today or, as long as today has nothing yet, yesterday
	Longest int `json:"longest"`
}

// Do reads everything in one call.
func (g GetDashboard) Do(ctx context.Context, in In) (Out, error) {
	d, err := g.Dashboards.Dashboard(ctx, in.Caller.UserID)
	if err != nil {
		return Out{}, err
	}
	today := d.User.State().TimeZone.Day(g.Now())
	out := Out{
		User: httpapi.ViewSelf(d.User), Recent: []Recent{}, Resume: []Begun{},
		Stats: httpapi.ViewStats(d.Summary.Total, d.Published.Total), Streak: Streak(d.Summary.Days.Streak(today)),
	}
	for _, r := range d.Summary.Recent {
		out.Recent = append(out.Recent, Recent{r.LessonID.String(), r.Title, int(r.Score), domain.FormatTime(r.CompletedAt)})
	}
	for _, b := range d.Begun {
		out.Resume = append(out.Resume, Begun{b.LessonID.String(), b.Title, httpapi.ViewPosition(b.Position)})
	}
	return out, nil
}
