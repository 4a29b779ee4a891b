package main

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const (
	name = "progress/get-stats"
	path = "/api/progress/stats"
)

type tally struct {
	Total, Completed int
	AverageScore     float64
}

type stats struct {
	Total  tally
	Tracks []track
}

type track struct {
	Track            string
	Total, Completed int
	AverageScore     float64
}

// D46: the total was the number of rows, so everybody had always finished everything.
func TestD46TheDenominatorOfEachTrackIsItsPublishedLessons(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	var lessons []*domain.Lesson
	for i, track := range []string{"go", "go", "go", "rust", "rust", "sql"} {
		lessons = append(lessons, stand.NewLesson(t, track, i))
	}
	stand.NewDraft(t, "go", 7)
	stand.NewDraft(t, "secret", 1)
	for range 3 {
		stand.Complete(t, ana, lessons[0], 100, time.Now())
	}
	stand.Complete(t, ana, lessons[1], 50, time.Now())
	stand.Complete(t, ana, lessons[5], 21, time.Now())
	stand.Complete(t, bo, lessons[3], 1, time.Now())
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path, ana.Token) })
	var got stats
	answer.Data(t, http.StatusOK, &got)
	want := stats{tally{6, 3, 57}, []track{{"go", 3, 2, 75}, {"rust", 2, 0, 0}, {"sql", 1, 1, 21}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	shape := "{data:{total:{averageScore:number completed:number total:number} tracks:[{averageScore:number completed:number total:number track:text}]} success:bool}"
	if answer.Shape(t) != shape {
		t.Errorf("shape\n got %s\nwant %s", answer.Shape(t), shape)
	}
}

// A lesson that was finished and then withdrawn is no more than everything.
func TestCompletedNeverExceedsThePublished(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	lessons := []*domain.Lesson{stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2), stand.NewLesson(t, "sql", 1)}
	for _, lesson := range lessons {
		stand.Complete(t, user, lesson, 80, time.Now())
	}
	stand.Withdraw(t, lessons[0])
	stand.Withdraw(t, lessons[2])
	var got stats
	api.Get(path, user.Token).Data(t, http.StatusOK, &got)
	if want := (stats{tally{1, 1, 80}, []track{{"go", 1, 1, 80}}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestGetStatsOfABeginnerAndOfADeadDatabase(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var got stats
	api.Get(path, user.Token).Data(t, http.StatusOK, &got)
	if got.Total != (tally{}) || got.Tracks == nil || len(got.Tracks) != 0 {
		t.Errorf("got %+v, want zeros and an empty list", got)
	}
	stand.Intercept(localtest.Down())
	api.Get(path, user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}
