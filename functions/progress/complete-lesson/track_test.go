package main

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

func TestACompleteTrackIsToldOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	a, b, withdrawn := stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2), stand.NewLesson(t, "go", 3)
	stand.NewLesson(t, "go-advanced", 1) // another track, whose name begins the same
	stand.NewDraft(t, "go", 4)
	complete := func(lesson *domain.Lesson) {
		t.Helper()
		api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &progress{})
	}
	complete(withdrawn)
	stand.Withdraw(t, withdrawn)
	complete(a) // two completed of two published, and yet the track is not complete
	if n := told(t, stand, "track.completed"); n != 0 {
		t.Fatalf("told %d times that a track is complete which is not", n)
	}
	complete(b)
	complete(b)
	complete(a)
	stand.NewLesson(t, "go", 5) // the track grows
	complete(a)
	var data []string
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["type"] == "track.completed" {
			d := event["data"].(map[string]any)
			data = append(data, d["track"].(string)+" "+d["userId"].(string))
		}
	}
	if len(data) != 1 || data[0] != "go "+user.ID.String() {
		t.Errorf("told %q, want go once", data)
	}
}

// Two regions that do not hear of each other complete the last two lessons of a track. Neither can know; the next completion of anything, in
// whatever region, tells. Two that complete the same last lesson both tell: consumers take an event of one user and track once.
func TestTwoRegionsCompleteATrackAtTheSameTime(t *testing.T) {
	t.Parallel()
	const us, eu = localtest.Region, "eu-west-1"
	setUp := func(t *testing.T, n int) (stand *localtest.Stand, user localtest.User, lessons []*domain.Lesson) {
		stand = localtest.New(t)
		user = stand.NewUser(t)
		for i := range n {
			lessons = append(lessons, stand.NewLesson(t, "go", i))
		}
		return stand, user, lessons
	}
	one := func(t *testing.T, stand *localtest.Stand, own string, regions ...string) func(user localtest.User, lesson *domain.Lesson) {
		learning := stand.Learning()
		learning.Region, learning.Regions = own, regions
		return func(user localtest.User, lesson *domain.Lesson) {
			t.Helper()
			id := domain.RestoreID[domain.Attempt](changeID(t, stand, time.Now()))
			err := learning.Learn(t.Context(), user.ID, []domain.LessonID{lesson.State().ID}, func(s *domain.Study) ([]domain.Event, error) {
				if _, err := s.Complete(lesson.State().ID, domain.Attempt{ID: id, Score: 80, At: time.Now()}); err != nil {
					return nil, err
				}
				return s.Events(time.Now(), stand.Env(t, name).Random)
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
	t.Run("two different lessons", func(t *testing.T) {
		t.Parallel()
		stand, user, lessons := setUp(t, 2)
		one(t, stand, us, us)(user, lessons[0])
		one(t, stand, eu, eu)(user, lessons[1])
		if n := told(t, stand, "track.completed"); n != 0 {
			t.Errorf("told %d times before the regions heard of each other", n)
		}
		one(t, stand, us, us, eu)(user, lessons[0])
		one(t, stand, eu, us, eu)(user, lessons[0])
		if n := told(t, stand, "track.completed"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
	t.Run("two different lessons, and then nothing: the operator's command tells", func(t *testing.T) {
		t.Parallel()
		stand, user, lessons := setUp(t, 2)
		one(t, stand, us, us)(user, lessons[0])
		one(t, stand, eu, eu)(user, lessons[1])
		both := stand.Learning()
		both.Regions = []string{us, eu}
		for range 2 {
			if _, err := both.Rebuild(t.Context(), user.ID, true, time.Now(), stand.Env(t, name).Random); err != nil {
				t.Fatal(err)
			}
		}
		if n := told(t, stand, "track.completed"); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
	t.Run("the same last lesson", func(t *testing.T) {
		t.Parallel()
		stand, user, lessons := setUp(t, 1)
		var all sync.WaitGroup
		all.Go(func() { one(t, stand, us, us, eu)(user, lessons[0]) })
		all.Go(func() { one(t, stand, eu, us, eu)(user, lessons[0]) })
		all.Wait()
		if n := told(t, stand, "track.completed"); n < 1 || n > 2 {
			t.Errorf("told %d times, want once or twice", n)
		}
	})
}
