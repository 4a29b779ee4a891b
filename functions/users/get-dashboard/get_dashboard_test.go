package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const (
	name = "users/get-dashboard"
	path = "/api/users/me/dashboard"
)

type dashboard struct {
	User   struct{ ID, Email string }
	Recent []struct {
		LessonID, Title, CompletedAt string
		Score                        int
	}
	Stats struct {
		Total, Completed int
		AverageScore     float64
	}
}

func TestGetDashboardShowsTheLastTenNewestFirst(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	begin := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	var lessons []*domain.Lesson
	for i := range 13 {
		lessons = append(lessons, stand.NewLesson(t, "go", i))
	}
	for i, lesson := range lessons[:12] {
		stand.Complete(t, ana, lesson, domain.Score(50+i), begin.Add(time.Duration(i)*time.Minute))
	}
	stand.Complete(t, ana, lessons[4], 90, begin.Add(time.Hour)) // again, and better
	stand.Complete(t, bo, lessons[12], 7, begin)

	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path, ana.Token) })
	var got dashboard
	answer.Data(t, http.StatusOK, &got)
	want := "{data:{recent:[{completedAt:text lessonId:text score:number title:text}] resume:[] " +
		"stats:{averageScore:number completed:number total:number} streak:{current:number longest:number} " +
		"user:{createdAt:text email:text emailVerified:bool id:text role:text timeZone:text updatedAt:text username:text}} success:bool}"
	if shape := answer.Shape(t); shape != want {
		t.Errorf("shape\n got %s\nwant %s", shape, want)
	}
	if got.User.ID != ana.ID.String() || got.User.Email != ana.Email {
		t.Errorf("user %+v, want %s", got.User, ana.ID)
	}
	order := []int{4, 11, 10, 9, 8, 7, 6, 5, 3, 2}
	if len(got.Recent) != len(order) {
		t.Fatalf("%d recent completions, want %d", len(got.Recent), len(order))
	}
	for i, n := range order {
		if r, l := got.Recent[i], lessons[n].State(); r.LessonID != l.ID.String() || r.Title != l.Title {
			t.Errorf("recent %d is %s, want %s", i, r.Title, l.Title)
		}
	}
	if r := got.Recent[0]; r.Score != 90 || r.CompletedAt != "2026-03-04T13:00:00.000Z" {
		t.Errorf("newest %+v", r)
	}
	// 50..61 is 666; the fifth went from 54 to 90: 702 of 12.
	if s := got.Stats; s.Total != 13 || s.Completed != 12 || s.AverageScore != 58.5 {
		t.Errorf("stats %+v, want 12 of 13 with 58.5 on average", s)
	}
}

func TestGetDashboardOfABeginner(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	answer := api.Get(path, stand.NewUser(t).Token)
	var got dashboard
	answer.Data(t, http.StatusOK, &got)
	if !strings.Contains(string(answer.Body), `"recent":[]`) || !strings.Contains(string(answer.Body), `{"total":0,"completed":0,"averageScore":0}`) {
		t.Errorf("got %s, want an empty list and zeros", answer.Body)
	}
}

func TestD08NoHashIsAnswered(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Complete(t, user, stand.NewLesson(t, "go", 1), 80, time.Now())
	answer := api.Get(path, user.Token)
	answer.Data(t, http.StatusOK, &dashboard{})
	for _, word := range []string{"hash", "password", "argon2", "pk", "USER#"} {
		if strings.Contains(string(answer.Body), word) {
			t.Errorf("the answer holds %q: %s", word, answer.Body)
		}
	}
}

func TestD46TheTotalCountsPublishedLessons(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var lessons []*domain.Lesson
	for i := range 5 {
		lessons = append(lessons, stand.NewLesson(t, "go", i))
	}
	stand.NewDraft(t, "go", 6)
	for range 3 {
		stand.Complete(t, user, lessons[0], 100, time.Now())
	}
	stand.Complete(t, user, lessons[1], 50, time.Now())
	var got dashboard
	api.Get(path, user.Token).Data(t, http.StatusOK, &got)
	if s := got.Stats; s.Total != 5 || s.Completed != 2 || s.AverageScore != 75 || len(got.Recent) != 2 {
		t.Errorf("stats %+v with %d recent, want 2 of 5 with 75 on average and 2 recent", s, len(got.Recent))
	}
}

func TestD62ATokenWithoutItsAccountIs404(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).Get(path, stand.Ghost(t).Token).Fails(t, http.StatusNotFound, "user.not_found")
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}

func TestD77WhatWasAnsweredIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Complete(t, user, stand.NewLesson(t, "go", 1), 80, time.Now())
	stand.Intercept(localtest.Lagging)
	var got dashboard
	api.Get(path, user.Token).Data(t, http.StatusOK, &got)
	if got.Stats.Completed != 1 || got.Stats.Total != 1 {
		t.Errorf("stats %+v, want 1 of 1", got.Stats)
	}
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Intercept(localtest.Down())
	api.Get(path, user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	api.Get(path, user.Token).Data(t, http.StatusOK, &dashboard{})
}
