package main

import (
	"crypto/rand"
	"net/http"
	"reflect"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "ops/get-analytics"
	path = "/api/analytics"
)

// count counts n events of a user created at a time.
func count(t testing.TB, stand *localtest.Stand, n int, at time.Time) {
	t.Helper()
	store := dynamo.Analytics{Table: stand.Table("LEARNING_TABLE"), Ephemeral: stand.Table("EPHEMERAL_TABLE"), Region: localtest.Region, Now: time.Now}
	for range n {
		event, err := domain.NewEvent(domain.LessonCompleted, at, rand.Reader, nil)
		if err == nil {
			err = store.Count(t.Context(), event, domain.RestoreTrack("go"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAdminsSeeWhatHappenedByDay(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	day := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	count(t, stand, 12, day)
	count(t, stand, 1, day.AddDate(0, 0, 1))
	count(t, stand, 1, day.AddDate(0, 0, 2)) // after the last day
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path+"?from=2026-03-01&to=2026-03-05", admin.Token) })
	var got Out
	answer.Data(t, http.StatusOK, &got)
	want := Out{From: "2026-03-01", To: "2026-03-05", Counts: []Count{
		{"2026-03-04", "lesson.completed", "go", 12}, {"2026-03-05", "lesson.completed", "go", 1},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestWithoutDatesTheLastFourWeeksAreShown(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	now := time.Now()
	count(t, stand, 1, now)
	count(t, stand, 1, now.AddDate(0, 0, -28)) // a day too old
	var got Out
	api.Get(path, admin.Token).Data(t, http.StatusOK, &got)
	if len(got.Counts) != 1 || got.Counts[0].Count != 1 {
		t.Errorf("got %+v, want today's alone", got)
	}
}

func TestBadDatesAreRefusedByField(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	for query, field := range map[string]string{
		"from=yesterday": "from", "to=2026-02-30": "to", "from=2026-03-05&to=2026-03-04": "from", "from=2026-01-01&to=2026-04-03": "from",
	} {
		failure := api.Get(path+"?"+query, admin.Token).Fails(t, http.StatusBadRequest, "request.invalid")
		if failure.Fields() != field {
			t.Errorf("%s: got %s, want %s", query, failure.Fields(), field)
		}
	}
	api.Get(path+"?from=2026-01-01&to=2026-04-02", admin.Token).Data(t, http.StatusOK, new(Out)) // 92 days
}

func TestOnlyAdminsSeeAnalytics(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for _, role := range []domain.Role{domain.Learner, domain.Editor} {
		api.Get(path, stand.NewUserAs(t, role).Token).Fails(t, http.StatusForbidden, "auth.forbidden")
	}
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}
