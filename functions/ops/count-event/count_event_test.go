package main

import (
	"crypto/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "ops/count-event"

func happened(t testing.TB, kind domain.EventType, at time.Time, data map[string]string) domain.Event {
	t.Helper()
	event, err := domain.NewEvent(kind, at, rand.Reader, data)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func counts(t testing.TB, stand *localtest.Stand, from, to time.Time) []domain.DayCount {
	t.Helper()
	all, err := dynamo.Analytics{Table: stand.Table("LEARNING_TABLE")}.Counts(t.Context(), domain.DayOf(from), domain.DayOf(to))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEventsAreCountedByDayKindAndTrack(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	consumer := stand.Consume(t, name, handler)
	lesson := stand.NewLesson(t, "go", 1)
	late := time.Date(2026, 2, 28, 23, 59, 59, 0, time.UTC)
	of := map[string]string{"lessonId": lesson.State().ID.String()}
	events := []domain.Event{
		happened(t, domain.LessonCompleted, late, of), happened(t, domain.LessonCompleted, late, of),
		happened(t, domain.LessonCompleted, late.Add(time.Second), of),
		happened(t, domain.TrackCompleted, late, map[string]string{"track": "rust"}),
		happened(t, domain.UserCreated, late, nil),
		happened(t, domain.LessonLiked, late, map[string]string{"lessonId": "01900000-0000-7000-8000-000000000000"}), // deleted
	}
	stand.WantCalls(t, name, func() {
		if err := consumer.Deliver(events[0]); err != nil {
			t.Fatal(err)
		}
	})
	for _, event := range events[1:] {
		if err := consumer.Deliver(event); err != nil {
			t.Fatal(err)
		}
	}
	february, march := domain.DayOf(late), domain.DayOf(late.Add(time.Second))
	want := []domain.DayCount{
		{Day: february, Kind: domain.LessonCompleted, Track: domain.RestoreTrack("go"), Count: 2},
		{Day: february, Kind: domain.LessonLiked, Count: 1},
		{Day: february, Kind: domain.TrackCompleted, Track: domain.RestoreTrack("rust"), Count: 1},
		{Day: february, Kind: domain.UserCreated, Count: 1},
		{Day: march, Kind: domain.LessonCompleted, Track: domain.RestoreTrack("go"), Count: 1},
	}
	if got := counts(t, stand, late, late.Add(time.Second)); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := counts(t, stand, late.Add(time.Second), late.Add(time.Second)); !slices.Equal(got, want[4:]) {
		t.Errorf("of March: got %v", got)
	}
}

func TestAnEventIsCountedOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	consumer := stand.Consume(t, name, handler)
	now := time.Now()
	event := happened(t, domain.UserCreated, now, nil)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { _ = consumer.Deliver(event) }) // some lose the race and come again
	}
	all.Wait()
	if err := consumer.Deliver(event); err != nil {
		t.Fatal(err)
	}
	want := []domain.DayCount{{Day: domain.DayOf(now), Kind: domain.UserCreated, Count: 1}}
	if got := counts(t, stand, now, now); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestALostAnswerCountsNothingTwice(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	consumer := stand.Consume(t, name, handler)
	now := time.Now()
	event := happened(t, domain.UserDeleted, now, nil)
	intercept, lost := localtest.LoseAnswer("TransactWriteItems")
	stand.Intercept(intercept)
	_ = consumer.Deliver(event)
	stand.Intercept(nil)
	if err := consumer.Deliver(event); err != nil || lost.Load() == 0 {
		t.Fatalf("lost %d answers, %v", lost.Load(), err)
	}
	want := []domain.DayCount{{Day: domain.DayOf(now), Kind: domain.UserDeleted, Count: 1}}
	if got := counts(t, stand, now, now); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
