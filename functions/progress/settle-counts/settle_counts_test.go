package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/settle-counts"

// The regions, of which the stand's has the greater name.
const here, there = localtest.Region, "eu-west-1"

func newStand(t *testing.T) (*localtest.Stand, *localtest.Consumer) {
	t.Helper()
	stand := localtest.New(t)
	for _, f := range stand.Stack.Functions {
		f.Environment["REGIONS"] = here + "," + there
	}
	return stand, stand.Consume(t, name, handler)
}

func counted(t testing.TB, kind domain.EventType, user localtest.User, lesson *domain.Lesson) domain.Event {
	t.Helper()
	event, err := domain.NewEvent(kind, time.Now(), rand.Reader, map[string]string{"userId": user.ID.String(), "lessonId": lesson.State().ID.String()})
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// complete completes a lesson in a region that has heard of nothing from the other one.
func complete(t testing.TB, stand *localtest.Stand, region string, user localtest.User, lesson *domain.Lesson, score domain.Score) {
	t.Helper()
	learning, id := stand.Learning(), lesson.State().ID
	learning.Region, learning.Regions = region, []string{region}
	err := learning.Learn(t.Context(), user.ID, []domain.LessonID{id}, func(s *domain.Study) ([]domain.Event, error) {
		attempt, err := domain.NewID[domain.Attempt](time.Now(), rand.Reader)
		if err == nil {
			_, err = s.Complete(id, domain.Attempt{ID: attempt, Score: score, At: time.Now()})
		}
		if err != nil {
			return nil, err
		}
		return s.Events(time.Now(), rand.Reader)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func like(t testing.TB, stand *localtest.Stand, region string, user localtest.User, lesson *domain.Lesson) {
	t.Helper()
	likes := dynamo.Likes{Table: stand.Table("LEARNING_TABLE"), Region: region, Regions: []string{region}}
	_, err := likes.Like(t.Context(), user.ID, lesson.State().ID, func(_ *domain.Lesson, l *domain.Like) (int, []domain.Event, error) {
		change, _ := l.Set(true, time.Now())
		return change, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// counts are a learner's totals and a lesson's likes over both regions.
func counts(t testing.TB, stand *localtest.Stand, user localtest.User, lesson *domain.Lesson) (domain.Tally, int) {
	t.Helper()
	learning := stand.Learning()
	learning.Regions = []string{here, there}
	overview, err := learning.Dashboard(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, likes, err := dynamo.Likes{Table: learning.Table, Region: here, Regions: learning.Regions}.View(t.Context(), user.ID, lesson.State().ID)
	if err != nil {
		t.Fatal(err)
	}
	return overview.Summary.Total, likes.Count
}

func TestSettleCountsTakesBackWhatTwoRegionsCounted(t *testing.T) {
	t.Parallel()
	stand, consumer := newStand(t)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	stand.NewLesson(t, "go", 2)
	complete(t, stand, here, user, lesson, 40)
	complete(t, stand, there, user, lesson, 90)
	like(t, stand, here, user, lesson)
	like(t, stand, there, user, lesson)
	if total, likes := counts(t, stand, user, lesson); total.Completed != 2 || likes != 2 {
		t.Fatalf("%+v and %d likes, want what both counted", total, likes)
	}
	deliver := func() {
		for _, kind := range []domain.EventType{domain.ProgressCounted, domain.LikeCounted} {
			if err := consumer.Deliver(counted(t, kind, user, lesson)); err != nil {
				t.Error(err)
			}
		}
	}
	stand.WantCalls(t, name, deliver)
	if total, likes := counts(t, stand, user, lesson); (total != domain.Tally{Completed: 1, ScoreSum: 90}) || likes != 1 {
		t.Errorf("%+v and %d likes, want one completion with 90 and one like", total, likes)
	}
	before := fmt.Sprint(stand.Items(t, "LEARNING_TABLE"))
	if deliver(); before != fmt.Sprint(stand.Items(t, "LEARNING_TABLE")) {
		t.Error("a repetition has written something")
	}
}

// A region whose name is not the greatest leaves it to the one with the greatest: both together would take back too much.
func TestSettleCountsIsOneRegionsWork(t *testing.T) {
	t.Parallel()
	stand, _ := newStand(t)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	for _, region := range []string{here, there} {
		complete(t, stand, region, user, lesson, 50)
		like(t, stand, region, user, lesson)
	}
	env := stand.Env(t, name)
	learning, likes := env.Learning(), env.Likes()
	learning.Region, learning.Identity, likes.Region = there, "", there
	settle := SettleCounts{Learning: learning, Likes: likes, Now: env.Now, Random: env.Random}
	before := fmt.Sprint(stand.Items(t, "LEARNING_TABLE"))
	for _, kind := range []domain.EventType{domain.ProgressCounted, domain.LikeCounted} {
		if err := settle.Do(t.Context(), counted(t, kind, user, lesson)); err != nil {
			t.Error(err)
		}
	}
	if before != fmt.Sprint(stand.Items(t, "LEARNING_TABLE")) {
		t.Error("it has written something")
	}
}

func TestSettleCountsTellsOfATrackThatTwoRegionsCompleted(t *testing.T) {
	t.Parallel()
	stand, consumer := newStand(t)
	user, first, last := stand.NewUser(t), stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2)
	complete(t, stand, here, user, first, 40)
	complete(t, stand, there, user, last, 90)
	for range 2 {
		for _, lesson := range []*domain.Lesson{first, last} {
			if err := consumer.Deliver(counted(t, domain.ProgressCounted, user, lesson)); err != nil {
				t.Error(err)
			}
		}
	}
	told := 0
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["type"] == "track.completed" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times, want once", told)
	}
}

func TestAKilledFunctionIsFinishedByTheEventAgain(t *testing.T) {
	t.Parallel()
	stand, consumer := newStand(t)
	for _, kind := range []domain.EventType{domain.ProgressCounted, domain.LikeCounted} {
		stand.EachDeath(t, func() (func() error, func(*testing.T)) {
			user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
			for _, region := range []string{here, there} {
				complete(t, stand, region, user, lesson, 50)
				like(t, stand, region, user, lesson)
			}
			return func() error { return consumer.Deliver(counted(t, kind, user, lesson)) }, func(t *testing.T) {
				if total, likes := counts(t, stand, user, lesson); kind == domain.ProgressCounted && (total != domain.Tally{Completed: 1, ScoreSum: 50}) ||
					kind == domain.LikeCounted && likes != 1 {
					t.Errorf("%+v and %d likes, want one", total, likes)
				}
			}
		})
	}
}

func TestSettleCountsLeavesWhoIsGone(t *testing.T) {
	t.Parallel()
	stand, consumer := newStand(t)
	ghost, lesson := stand.Ghost(t), stand.NewLesson(t, "go", 1)
	before := fmt.Sprint(stand.Items(t, "LEARNING_TABLE"))
	for _, kind := range []domain.EventType{domain.ProgressCounted, domain.LikeCounted} {
		if err := consumer.Deliver(counted(t, kind, ghost, lesson)); err != nil {
			t.Error(err)
		}
	}
	if before != fmt.Sprint(stand.Items(t, "LEARNING_TABLE")) {
		t.Error("it has written something")
	}
	bad, err := domain.NewEvent(domain.ProgressCounted, time.Now(), rand.Reader, map[string]string{"userId": "nobody", "lessonId": "nothing"})
	if err != nil {
		t.Fatal(err)
	}
	if err := consumer.Deliver(bad); err == nil {
		t.Error("an event without ids is taken")
	}
}

// The shards that two regions may have counted carry the event, where the pipes look for it; with one region nobody else can have.
func TestShardsCarryTheEvent(t *testing.T) {
	t.Parallel()
	for _, regions := range [][]string{{here}, {here, there}} {
		stand := localtest.New(t)
		user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
		learning, id := stand.Learning(), lesson.State().ID
		learning.Regions = regions
		if err := learning.Learn(t.Context(), user.ID, []domain.LessonID{id}, func(s *domain.Study) ([]domain.Event, error) {
			_, err := s.Complete(id, domain.Attempt{ID: domain.RestoreID[domain.Attempt](id.String()), Score: 1, At: time.Now()})
			return nil, err
		}); err != nil {
			t.Fatal(err)
		}
		likes := dynamo.Likes{Table: learning.Table, Region: here, Regions: regions}
		if _, err := likes.Like(context.Background(), user.ID, id, func(_ *domain.Lesson, l *domain.Like) (int, []domain.Event, error) {
			change, _ := l.Set(true, time.Now())
			return change, nil, nil
		}); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, item := range stand.Items(t, "LEARNING_TABLE") {
			event, ok := item["event"].(map[string]any)
			if data, _ := event["data"].(map[string]any); ok && event["region"] == nil && data["lessonId"] == id.String() && data["userId"] == user.ID.String() {
				kind, _, _ := strings.Cut(item["sk"].(string), "#")
				got[kind], _ = event["type"].(string)
			}
		}
		want := map[string]string{}
		if len(regions) > 1 {
			want = map[string]string{"PROGRESS": "progress.counted", "SUMMARY": "progress.counted", "LIKE": "like.counted"}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("with %d regions: got %v, want %v", len(regions), got, want)
		}
	}
}
