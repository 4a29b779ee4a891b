package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetDashboard shows callers themselves, what they finished last and how far they are.
type GetDashboard struct{ Dashboards domain.Dashboards }

// In is the request.
type In struct{ Caller domain.Caller }

// Out is the overview.
type Out struct {
	User   httpapi.Self `json:"user"`
	Recent []Recent     `json:"recent"` // newest first, at most domain.RecentLimit
	Stats  Stats        `json:"stats"`
}

// Recent is one finished lesson.
type Recent struct {
	LessonID    string `json:"lessonId"`
	Title       string `json:"title"`
	Score       int    `json:"score"`
	CompletedAt string `json:"completedAt"`
}

// Stats are totals over all tracks.
type Stats struct {
	Total        int     `json:"total"`     // published lessons, finished or not
	Completed    int     `json:"completed"` // lessons finished at least once
	AverageScore float64 `json:"averageScore"`
}

// Do reads everything in one call.
func (g GetDashboard) Do(ctx context.Context, in In) (Out, error) {
	user, summary, published, err := g.Dashboards.Dashboard(ctx, in.Caller.UserID)
	if err != nil {
		return Out{}, err
	}
	out := Out{User: httpapi.ViewSelf(user), Recent: []Recent{}, Stats: Stats{published.Total, summary.Total.Completed, summary.AverageScore()}}
	for _, r := range summary.Recent {
		out.Recent = append(out.Recent, Recent{r.LessonID.String(), r.Title, int(r.Score), domain.FormatTime(r.CompletedAt)})
	}
	return out, nil
}
