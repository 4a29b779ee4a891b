package main

import (
	"context"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// GetAnalytics shows admins how often what happened, day by day.
type GetAnalytics struct {
	Analytics domain.Analytics
	Now       func() time.Time
}

// In is the request.
type In struct {
	Caller domain.Caller
	From   string `query:"from"` // the first day, UTC; four weeks before To if it is not given
	To     string `query:"to"`   // the last day; today if it is not given
}

// Out is the answer.
type Out struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Counts []Count `json:"counts"` // by date, event and track; what did not happen is missing
}

// Count is how often one kind of event happened on one day.
type Count struct {
	Date  string `json:"date"`
	Event string `json:"event"`
	Track string `json:"track,omitempty"`
	Count int    `json:"count"`
}

// Do returns domain.ErrForbidden for callers that are not admins.
func (g GetAnalytics) Do(ctx context.Context, in In) (Out, error) {
	if err := in.Caller.MustBeAdmin(); err != nil {
		return Out{}, err
	}
	from, to, err := g.days(in)
	if err != nil {
		return Out{}, err
	}
	counts, err := g.Analytics.Counts(ctx, from, to)
	if err != nil {
		return Out{}, err
	}
	out := Out{From: from.String(), To: to.String(), Counts: []Count{}}
	for _, c := range counts {
		out.Counts = append(out.Counts, Count{c.Day.String(), string(c.Kind), c.Track.String(), c.Count})
	}
	return out, nil
}

var errSpan = fault.New(fault.Invalid, "analytics.span_invalid", "must not be after to, and at most 92 days before it")

func (g GetAnalytics) days(in In) (from, to domain.Day, err error) {
	var bad fault.Details
	to = domain.DayOf(g.Now())
	if in.To != "" {
		to, err = domain.ParseDay(in.To)
		bad.Add("to", err)
	}
	from = domain.DayOf(to.Start().AddDate(0, 0, -27))
	if in.From != "" {
		from, err = domain.ParseDay(in.From)
		bad.Add("from", err)
	}
	if err := bad.Err(); err != nil {
		return from, to, err
	}
	if days := to.Start().Sub(from.Start()).Hours()/24 + 1; days < 1 || days > domain.MaxAnalyticsDays {
		return from, to, fault.InField("from", errSpan)
	}
	return from, to, nil
}
