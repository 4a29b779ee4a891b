package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/get-progress"

func path(lesson *domain.Lesson) string { return "/api/progress/" + lesson.State().ID.String() }

type progress struct {
	LessonID, Title, Track, FirstCompletedAt, LastCompletedAt string
	Completed                                                 bool
	BestScore, LastScore, Attempts                            int
	Position                                                  *struct {
		Position int
		Unit     string
	}
}

func TestGetProgressMergesTheRegions(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	lookup := env.Lookup
	env.Lookup = func(variable string) string {
		if variable == "REGIONS" {
			return localtest.Region + ",eu-west-1"
		}
		return lookup(variable)
	}
	api := stand.ServeEnv(t, name, env, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	other := dynamo.Learning{Table: stand.Table("LEARNING_TABLE"), Region: "eu-west-1", Regions: []string{"eu-west-1"}, Identity: stand.Variable("IDENTITY_TABLE")}
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	stand.Complete(t, user, lesson, 60, at)
	err := other.Learn(t.Context(), user.ID, []domain.LessonID{lesson.State().ID}, func(s *domain.Study) ([]domain.Event, error) {
		_, err := s.Complete(lesson.State().ID, domain.Attempt{ID: domain.RestoreID[domain.Attempt]("019cb8f4-7a00-7000-8000-000000000001"), Score: 90, At: at.Add(-time.Hour)})
		return nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := api.Get(path(lesson), user.Token)
	var got progress
	answer.Data(t, http.StatusOK, &got)
	if got.Attempts != 2 || got.BestScore != 90 || got.LastScore != 60 || got.FirstCompletedAt != "2026-03-04T11:00:00.000Z" ||
		got.LastCompletedAt != "2026-03-04T12:00:00.000Z" || !got.Completed || got.Track != "go" || got.Title != lesson.State().Title {
		t.Errorf("got %s", answer.Body)
	}
}

func TestGetProgressOfALessonNotBegun(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo, lesson := stand.NewUser(t), stand.NewUser(t), stand.NewLesson(t, "go", 1)
	stand.Complete(t, bo, lesson, 60, time.Now())
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path(lesson), ana.Token) })
	answer.Data(t, http.StatusOK, &progress{})
	want := "{data:{attempts:number bestScore:number completed:bool firstCompletedAt:null lastCompletedAt:null lastScore:number lessonId:text position:null title:text track:text} success:bool}"
	if shape := answer.Shape(t); shape != want {
		t.Errorf("shape\n got %s\nwant %s", shape, want)
	}
	api.Get(path(stand.NewDraft(t, "go", 2)), ana.Token).Fails(t, http.StatusNotFound, "lesson.not_found")
	api.Get("/api/progress/01890a5d-ac96-774b-bcce-b302099a8057", ana.Token).Fails(t, http.StatusNotFound, "lesson.not_found")
	for _, id := range []string{"me", "Stats", "01890A5D-AC96-774B-BCCE-B302099A8057"} {
		api.Get("/api/progress/"+id, ana.Token).Fails(t, http.StatusNotFound, "not_found")
	}
}

func TestD77WhatWasWrittenIsReadAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	stand.Complete(t, user, lesson, 60, time.Now())
	stand.Intercept(localtest.Lagging)
	var got progress
	api.Get(path(lesson), user.Token).Data(t, http.StatusOK, &got)
	if got.Attempts != 1 {
		t.Errorf("%d attempts, want 1", got.Attempts)
	}
	stand.Intercept(localtest.Down())
	api.Get(path(lesson), user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path(stand.NewLesson(t, "go", 1))})
}
