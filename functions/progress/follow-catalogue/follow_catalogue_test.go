package main

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/follow-catalogue"

type scene struct {
	*localtest.Stand
	t        *testing.T
	consumer *localtest.Consumer
	lessons  dynamo.Lessons
}

func newScene(t *testing.T) *scene {
	t.Helper()
	stand := localtest.New(t)
	return &scene{stand, t, stand.Consume(t, name, handler), dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}}
}

// edit changes a lesson as editors do; nil deletes it. It returns the event that tells of it.
func (s *scene) edit(lesson *domain.Lesson, change func(*domain.Lesson) error) domain.Event {
	s.t.Helper()
	id, version := lesson.State().ID, 0
	if err := s.lessons.Change(s.t.Context(), []domain.LessonID{id}, func(all []*domain.Lesson) error {
		if change == nil {
			all[0] = nil
			return nil
		}
		err := change(all[0])
		version = all[0].State().Version
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return s.event(map[domain.LessonID]int{id: version})
}

func (s *scene) event(versions map[domain.LessonID]int) domain.Event {
	s.t.Helper()
	event, err := domain.NewEvent(domain.CatalogueChanged, time.Now(), rand.Reader, domain.ChangedLessons(versions))
	if err != nil {
		s.t.Fatal(err)
	}
	return event
}

func (s *scene) deliver(event domain.Event) {
	s.t.Helper()
	if err := s.consumer.Deliver(event); err != nil {
		s.t.Error(err)
	}
}

// totals is what a learner's dashboard counts and lists, and the tracks whose completion was
// published.
func (s *scene) totals(user localtest.User) string {
	s.t.Helper()
	overview, err := s.Learning().Dashboard(s.t.Context(), user.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	text := fmt.Sprint(overview.Summary.Total)
	for _, track := range []string{"go", "sql"} {
		if t, err := domain.ParseTrack(track); err == nil {
			text += fmt.Sprint(" ", track, overview.Summary.Tracks[t].Tally)
		}
	}
	for _, b := range overview.Begun {
		text += " open " + b.Title
	}
	for _, item := range s.Items(s.t, "LEARNING_TABLE") {
		event, _ := item["event"].(map[string]any)
		if data, _ := event["data"].(map[string]any); event["type"] == "track.completed" && data["userId"] == user.ID.String() {
			text += fmt.Sprint(" told ", data["track"])
		}
	}
	return text
}

func hide(l *domain.Lesson) error { return l.Publish(false, time.Now()) }

func move(l *domain.Lesson) error {
	sql, err := domain.ParseTrack("sql")
	if err != nil {
		return err
	}
	return l.Edit(domain.LessonPatch{Track: &sql}, time.Now())
}

func TestTotalsFollowTheCatalogue(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		change func(*domain.Lesson) error
		want   string
	}{
		"moved":   {move, "{2 130} go{1 50} sql{1 80} told sql"},
		"hidden":  {hide, "{1 50} go{1 50} sql{0 0}"},
		"deleted": {nil, "{1 50} go{1 50} sql{0 0}"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			user := s.NewUser(t)
			first, second := s.NewLesson(t, "go", 1), s.NewLesson(t, "go", 2)
			s.NewLesson(t, "go", 3)
			s.Complete(t, user, first, 80, time.Now())
			s.Complete(t, user, second, 50, time.Now())
			event := s.edit(first, c.change)
			s.deliver(event)
			if got := s.totals(user); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			before := fmt.Sprint(s.Items(t, "LEARNING_TABLE"))
			s.deliver(event)
			if got := s.totals(user); got != c.want || len(before) == 0 {
				t.Errorf("after a repetition: got %s, want %s", got, c.want)
			}
		})
	}
}

func TestATrackIsCompleteWhenItsLastMissingLessonGoes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	user, other := s.NewUser(t), s.NewUser(t)
	first, missing := s.NewLesson(t, "go", 1), s.NewLesson(t, "go", 2)
	s.Complete(t, user, first, 80, time.Now())
	s.WantCalls(t, name, func() { s.deliver(s.edit(missing, hide)) })
	if got, want := s.totals(user), "{1 80} go{1 80} sql{0 0} told go"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := s.totals(other), "{0 0} go{0 0} sql{0 0}"; got != want {
		t.Errorf("who has learned nothing: got %s, want %s", got, want)
	}
}

func TestALessonComesBackWithWhatWasDoneInIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	user := s.NewUser(t)
	done, open := s.NewLesson(t, "go", 1), s.NewLesson(t, "go", 2)
	s.Complete(t, user, done, 80, time.Now())
	if err := s.Learning().Learn(t.Context(), user.ID, []domain.LessonID{open.State().ID}, func(study *domain.Study) ([]domain.Event, error) {
		_, err := study.SavePosition(open.State().ID, domain.Position{Value: 7, At: time.Now()})
		return nil, err
	}); err != nil {
		t.Fatal(err)
	}
	was := s.totals(user)
	for _, lesson := range []*domain.Lesson{done, open} {
		s.deliver(s.edit(lesson, hide))
	}
	if got, want := s.totals(user), "{0 0} go{0 0} sql{0 0}"; got != want {
		t.Errorf("hidden: got %s, want %s", got, want)
	}
	for _, lesson := range []*domain.Lesson{open, done} {
		s.deliver(s.edit(lesson, func(l *domain.Lesson) error { return l.Publish(true, time.Now()) }))
	}
	if got := s.totals(user); got != was {
		t.Errorf("back: got %s, want %s", got, was)
	}
}

func TestManyLearnersAreFollowedInSteps(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	lesson := s.NewLesson(t, "go", 1)
	s.NewLesson(t, "go", 2)
	var users []localtest.User
	for range 2*step + 3 {
		user := s.NewUser(t)
		users = append(users, user)
		s.Complete(t, user, lesson, 80, time.Now())
	}
	s.deliver(s.edit(lesson, hide))
	for _, user := range users {
		if got, want := s.totals(user), "{0 0} go{0 0} sql{0 0}"; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

func TestAnEventWaitsForItsLessons(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	lesson := s.NewLesson(t, "go", 1)
	for what, versions := range map[string]map[domain.LessonID]int{
		"a later version": {lesson.State().ID: lesson.State().Version + 1}, "its deletion": {lesson.State().ID: 0},
	} {
		if err := s.consumer.Deliver(s.event(versions)); err == nil {
			t.Errorf("%s has not arrived, and the event does not come again", what)
		}
	}
	bad := s.event(nil)
	bad.Data = map[string]string{"lessons": "x@1"}
	if err := s.consumer.Deliver(bad); err == nil {
		t.Error("an event of no lesson is taken")
	}
}

func TestAKilledFunctionIsFinishedByTheEventAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	user, lesson, shown := s.NewUser(t), s.NewLesson(t, "go", 1), true
	s.Complete(t, user, lesson, 80, time.Now())
	s.EachDeath(t, func() (func() error, func(*testing.T)) {
		shown = !shown
		event, want := s.edit(lesson, func(l *domain.Lesson) error { return l.Publish(shown, time.Now()) }), map[bool]string{false: "{0 0}", true: "{1 80"}[shown]
		return func() error {
				s.consumer.Pass(2 * lease)
				return s.consumer.Deliver(event)
			}, func(t *testing.T) {
				if got := s.totals(user)[:5]; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
	})
}
