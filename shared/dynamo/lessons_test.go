package dynamo_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
)

// published is the count of published lessons as a dashboard shows it.
func published(t testing.TB, stand *localtest.Stand) int {
	t.Helper()
	for _, item := range items(t, stand.Table("LEARNING_TABLE")) {
		if text(item["pk"]) == "CATALOGUE" {
			n, err := strconv.Atoi(text(item["published"]))
			must(t, err)
			return n
		}
	}
	return 0
}

// hidden is a copy of a lesson that is not published.
func hidden(lesson *domain.Lesson) *domain.Lesson {
	s := lesson.State()
	s.Published = false
	return domain.RestoreLesson(s)
}

func TestD02EveryFieldOfALessonComesBack(t *testing.T) {
	t.Parallel()
	in := lessons(localtest.New(t))
	r := rand.New(rand.NewPCG(3, 3))
	for i := range 200 {
		want := domain.LessonState{
			ID: newID[domain.Lesson](t), Title: anyText(r, 200), Summary: anyText(r, 500), Track: domain.RestoreTrack(fmt.Sprintf("track-%d", r.IntN(5))),
			Difficulty: 1 + r.IntN(5), Order: r.IntN(1_000_000), Published: true, Path: anyText(r, 60),
			Content:   domain.Content{ContentKey: anyText(r, 60), ContentType: anyText(r, 20), ContentHash: anyText(r, 20), Front: r.IntN(1000)},
			CreatedAt: anyTime(r), UpdatedAt: anyTime(r), Version: 1 + r.IntN(1<<30),
		}
		must(t, in.Create(t.Context(), domain.RestoreLesson(want)))
		got, err := in.Lesson(t.Context(), want.ID)
		must(t, err)
		if got.State() != want {
			t.Fatalf("lesson %d = %+v, want %+v", i, got.State(), want)
		}
	}
}

func TestLesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := lessons(stand)
	draft := hidden(newLesson(t, "go", 1, 1))
	must(t, in.Create(t.Context(), draft))
	for name, id := range map[string]domain.LessonID{"nobody wrote": newID[domain.Lesson](t), "is not published": draft.State().ID} {
		t.Run("one that "+name+" is not found", func(t *testing.T) {
			_, err := in.Lesson(t.Context(), id)
			is(t, err, domain.ErrNoLesson)
		})
	}
	t.Run("one that is not published is neither listed nor counted", func(t *testing.T) {
		listed, next, err := in.List(t.Context(), domain.Shelf{}, domain.Page{Limit: 10})
		must(t, err)
		if n := published(t, stand); len(listed) != 0 || next != "" || n != 0 {
			t.Errorf("%d listed, next %q, %d counted; want none", len(listed), next, n)
		}
	})
}

func TestD47PublishedLessonsAreCountedExactly(t *testing.T) {
	t.Parallel()
	t.Run("by many writers who all repeat themselves", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		in := lessons(stand)
		drafts := make([]*domain.Lesson, 30)
		for i := range drafts {
			drafts[i] = newLesson(t, "go", 1, i)
		}
		for _, err := range parallel(4*len(drafts), func(i int) error { return in.Create(t.Context(), drafts[i%len(drafts)]) }) {
			if err != nil {
				t.Error(err)
			}
		}
		if got := published(t, stand); got != len(drafts) {
			t.Errorf("%d lessons counted, want %d", got, len(drafts))
		}
	})
	for name, tries := range map[string]int{"the SDK repeats": 3, "the caller repeats": 1} {
		t.Run("when every second answer is lost and "+name+" the call", func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			in := dynamo.Lessons{Table: table(stand, "LEARNING_TABLE", tries), Region: localtest.Region}
			stand.Intercept(losing(counting(func(n int) bool { return n%2 == 1 })))
			for i := range 20 {
				lesson := newLesson(t, "go", 1, i)
				err := in.Create(t.Context(), lesson)
				if tries == 1 && err != nil {
					isKind(t, err, fault.Unavailable)
					err = in.Create(t.Context(), lesson)
				}
				must(t, err)
			}
			stand.Intercept(nil)
			if got := published(t, stand); got != 20 {
				t.Errorf("%d lessons counted, want 20", got)
			}
		})
	}
	t.Run("when writers meet at the count and DynamoDB cancels all but one", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		var calls atomic.Int64
		stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if action == "TransactWriteItems" && calls.Add(1)%3 != 0 {
				answer(w, http.StatusBadRequest, conflicting)
				return
			}
			next.ServeHTTP(w, r)
		})
		must(t, lessons(stand).Create(t.Context(), newLesson(t, "go", 1, 1)))
		stand.Intercept(nil)
		if got := published(t, stand); got != 1 {
			t.Errorf("%d lessons counted, want 1", got)
		}
	})
	t.Run("in each region, summed on read", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		ana := newPerson(t, "ana@example.org")
		must(t, ana.register(t.Context(), accounts(stand, atNoon)))
		for i, region := range []string{"us-east-1", "eu-west-1", "eu-west-1"} {
			must(t, dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: region}.Create(t.Context(), newLesson(t, "go", 1, i)))
		}
		in := learning(stand)
		in.Regions = []string{"us-east-1", "eu-west-1", "ap-northeast-1"}
		overview, err := in.Dashboard(t.Context(), ana.user.ID())
		must(t, err)
		got := overview.Published
		if got.Total != 3 || got.Tracks[domain.RestoreTrack("go")] != 3 {
			t.Errorf("%v lessons counted, want 3 of go", got)
		}
	})
}
