package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
)

// complete records one attempt as the use case complete-lesson does.
func complete(ctx context.Context, in dynamo.Learning, user domain.UserID, lesson domain.LessonID, score int, at time.Time) error {
	id, err := domain.NewID[domain.Attempt](at, random{})
	if err != nil {
		return err
	}
	return attempt(ctx, in, user, lesson, domain.Attempt{ID: id, Score: domain.Score(score), At: at})
}

func attempt(ctx context.Context, in dynamo.Learning, user domain.UserID, lesson domain.LessonID, a domain.Attempt) error {
	return in.Learn(ctx, user, []domain.LessonID{lesson}, func(s *domain.Study) ([]domain.Event, error) {
		if _, err := s.Complete(lesson, a); err != nil {
			return nil, err
		}
		return s.Events(a.At, random{})
	})
}

var errLook = errors.New("only looking")

// progressOf is the merged progress.
func progressOf(t testing.TB, in dynamo.Learning, user domain.UserID, lesson domain.LessonID) domain.Standing {
	t.Helper()
	standing, err := in.Progress(t.Context(), user, lesson)
	must(t, err)
	return standing
}

// learner is a stand with one user and n lessons.
func learner(t testing.TB, n int) (stand *localtest.Stand, user domain.UserID, ids []domain.LessonID) {
	t.Helper()
	stand = localtest.New(t)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), accounts(stand, atNoon)))
	for i := range n {
		lesson := newLesson(t, "go", 1, i)
		must(t, lessons(stand).Create(t.Context(), lesson))
		ids = append(ids, lesson.State().ID)
	}
	return stand, ana.user.ID(), ids
}

// totals checks what the dashboard says.
func totals(t testing.TB, in dynamo.Learning, user domain.UserID, want domain.Tally) domain.Summary {
	t.Helper()
	overview, err := in.Dashboard(t.Context(), user)
	must(t, err)
	summary := overview.Summary
	if summary.Total != want {
		t.Errorf("totals = %+v, want %+v", summary.Total, want)
	}
	return summary
}

// outbox checks how many first completions were told.
func outbox(t testing.TB, in dynamo.Learning, want int) {
	t.Helper()
	if got := told(t, in, "lesson.completed"); got != want {
		t.Errorf("%d events in the outbox, want %d", got, want)
	}
}

func told(t testing.TB, in dynamo.Learning, kind string) (n int) {
	t.Helper()
	for _, item := range items(t, in.Table) {
		if event, ok := item["event"]; ok && text(document(t, event)["type"]) == kind {
			n++
		}
	}
	return n
}

func TestD44TheBestScoreIsKept(t *testing.T) {
	t.Parallel()
	stand, user, ids := learner(t, 1)
	in := learning(stand)
	for i, score := range []int{40, 90, 60, 0} {
		must(t, complete(t.Context(), in, user, ids[0], score, noon.Add(time.Duration(i)*time.Second)))
	}
	got := progressOf(t, in, user, ids[0])
	if got.BestScore != 90 || got.LastScore != 0 || got.Attempts != 4 {
		t.Errorf("best %d, last %d, attempts %d; want 90, 0, 4", got.BestScore, got.LastScore, got.Attempts)
	}
	totals(t, in, user, domain.Tally{Completed: 1, ScoreSum: 90})
}

func TestD45TheFirstCompletionIsKeptAndToldOnce(t *testing.T) {
	t.Parallel()
	t.Run("one after another", func(t *testing.T) {
		t.Parallel()
		stand, user, ids := learner(t, 1)
		in := learning(stand)
		for i := range 5 {
			must(t, complete(t.Context(), in, user, ids[0], 50, noon.Add(time.Duration(i)*time.Hour)))
		}
		got := progressOf(t, in, user, ids[0])
		if !got.FirstCompletedAt.Equal(noon) || !got.LastCompletedAt.Equal(noon.Add(4*time.Hour)) {
			t.Errorf("first %v, last %v; want %v and 4 h later", got.FirstCompletedAt, got.LastCompletedAt, noon)
		}
		outbox(t, in, 1)
		for _, item := range items(t, in.Table) {
			if event, ok := item["event"]; ok {
				e := document(t, event)
				if text(e["type"]) == "catalogue.changed" {
					continue
				}
				if text(e["type"]) == "lesson.completed" && text(document(t, e["data"])["lessonId"]) != ids[0].String() || text(e["region"]) != localtest.Region {
					t.Errorf("event = %v of region %s", e, text(e["region"]))
				}
			}
		}
	})
	t.Run("a hundred at once", func(t *testing.T) {
		t.Parallel()
		stand, user, ids := learner(t, 1)
		in := learning(stand)
		for _, err := range parallel(100, func(i int) error { return complete(t.Context(), in, user, ids[0], i, noon) }) {
			if err != nil {
				t.Error(err)
			}
		}
		if got := progressOf(t, in, user, ids[0]); got.Attempts != 100 || got.BestScore != 99 {
			t.Errorf("attempts %d, best %d; want 100 and 99", got.Attempts, got.BestScore)
		}
		totals(t, in, user, domain.Tally{Completed: 1, ScoreSum: 99})
		outbox(t, in, 1)
	})
	t.Run("fifty lessons at once by one learner", func(t *testing.T) {
		t.Parallel()
		stand, user, ids := learner(t, 50)
		in := learning(stand)
		sum := 0
		for i := range ids {
			sum += i
		}
		for _, err := range parallel(len(ids), func(i int) error { return complete(t.Context(), in, user, ids[i], i, noon) }) {
			if err != nil {
				t.Error(err)
			}
		}
		summary := totals(t, in, user, domain.Tally{Completed: 50, ScoreSum: sum})
		if len(summary.Recent) != domain.RecentLimit {
			t.Errorf("%d recent completions, want %d", len(summary.Recent), domain.RecentLimit)
		}
		outbox(t, in, 50)
	})
}

// With lost answers the totals, the best score and the event stay exact. Attempts count what was applied: repeated by the SDK, under one
// ClientRequestToken, an attempt counts once; repeated by the caller, who cannot know, it counts again.
func TestD45LostAnswers(t *testing.T) {
	t.Parallel()
	for name, tries := range map[string]int{"the SDK": 3, "the caller": 1} {
		t.Run("of every second write, repeated by "+name, func(t *testing.T) {
			t.Parallel()
			stand, user, ids := learner(t, 5)
			in := learning(stand)
			in.Table = table(stand, "LEARNING_TABLE", tries)
			var sent, applied atomic.Int64
			var tokens sync.Map
			stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
				if action != "TransactWriteItems" {
					next.ServeHTTP(w, r)
					return
				}
				_, token, _ := strings.Cut(body(r), `"ClientRequestToken":"`)
				_, repeated := tokens.LoadOrStore(token[:36], true)
				answered := httptest.NewRecorder()
				next.ServeHTTP(answered, r)
				if answered.Code == http.StatusOK && !repeated {
					applied.Add(1)
				}
				if tries == 3 && !repeated || tries == 1 && sent.Add(1)%2 == 1 {
					answer(w, http.StatusInternalServerError, internalError)
					return
				}
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				w.WriteHeader(answered.Code)
				_, _ = io.Copy(w, answered.Body)
			})
			for _, err := range parallel(20, func(i int) error {
				for {
					err := complete(t.Context(), in, user, ids[i%5], i, noon)
					if err == nil || fault.As(err).Kind != fault.Unavailable {
						return err
					}
				}
			}) {
				if err != nil {
					t.Error(err)
				}
			}
			stand.Intercept(nil)
			attempts := 0
			for _, id := range ids {
				attempts += progressOf(t, in, user, id).Attempts
			}
			if want := int(applied.Load()); attempts != want || tries == 3 && want != 20 {
				t.Errorf("%d attempts counted and %d applied for 20 made", attempts, want)
			}
			totals(t, in, user, domain.Tally{Completed: 5, ScoreSum: 15 + 16 + 17 + 18 + 19})
			outbox(t, in, 5)
		})
	}
}

func TestCompleteOfALessonThatIsNotThere(t *testing.T) {
	t.Parallel()
	stand, user, _ := learner(t, 0)
	draft := hidden(newLesson(t, "go", 1, 1))
	must(t, lessons(stand).Create(t.Context(), draft))
	for _, id := range []domain.LessonID{newID[domain.Lesson](t), draft.State().ID} {
		is(t, complete(t.Context(), learning(stand), user, id, 80, noon), domain.ErrNoLesson)
	}
}

func TestACompletionIsSavedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	stand, user, ids := learner(t, 1)
	in := learning(stand)
	must(t, complete(t.Context(), in, user, ids[0], 70, noon))
	before := fmt.Sprint(keys(t, in.Table, ""))
	unchanged := func(t *testing.T) {
		t.Helper()
		if after := fmt.Sprint(keys(t, in.Table, "")); after != before {
			t.Errorf("the table holds %s, want %s", after, before)
		}
		if got := progressOf(t, in, user, ids[0]); got.Attempts != 1 || got.BestScore != 70 {
			t.Errorf("attempts %d, best %d; want 1 and 70", got.Attempts, got.BestScore)
		}
		totals(t, in, user, domain.Tally{Completed: 1, ScoreSum: 70})
	}
	t.Run("when record fails, with its error", func(t *testing.T) {
		err := in.Learn(t.Context(), user, ids, func(s *domain.Study) ([]domain.Event, error) {
			_, err := s.Complete(ids[0], domain.Attempt{ID: newID[domain.Attempt](t), Score: 100, At: noon})
			must(t, err)
			return nil, errLook
		})
		is(t, err, errLook)
		unchanged(t)
	})
	t.Run("when DynamoDB refuses one of the writes", func(t *testing.T) {
		err := in.Learn(t.Context(), user, ids, func(s *domain.Study) ([]domain.Event, error) {
			_, err := s.Complete(ids[0], domain.Attempt{ID: newID[domain.Attempt](t), Score: 100, At: noon})
			must(t, err)
			event, err := domain.NewEvent(domain.LessonCompleted, noon, random{}, map[string]string{"large": strings.Repeat("x", 401<<10)})
			return []domain.Event{event}, err
		})
		isKind(t, err, fault.Internal)
		unchanged(t)
	})
	t.Run("when DynamoDB fails", func(t *testing.T) {
		stand.Intercept(localtest.Down("TransactWriteItems"))
		isKind(t, complete(t.Context(), in, user, ids[0], 100, noon), fault.Unavailable)
		stand.Intercept(nil)
		unchanged(t)
	})
	t.Run("when others are faster for ever, within the context", func(t *testing.T) { // the last one: a call that was given up may still come in
		stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if isWrite(action) {
				answer(w, http.StatusBadRequest, conflicting)
				return
			}
			next.ServeHTTP(w, r)
		})
		begin := time.Now()
		busy := 0
		for _, err := range parallel(8, func(int) error {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			return complete(ctx, in, user, ids[0], 100, noon)
		}) {
			isKind(t, err, fault.Unavailable)
			if errors.Is(err, dynamo.ErrBusy) {
				busy++
			}
		}
		if busy == 0 {
			t.Error("no completion answered ErrBusy") // one that is within a call when its time ends answers ErrUnavailable
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("gave up after %v, want about 500 ms", took)
		}
		unchanged(t)
	})
}

func TestTwoRegionsMerge(t *testing.T) {
	t.Parallel()
	regions := []string{"us-east-1", "eu-west-1"}
	in := func(stand *localtest.Stand, region int) dynamo.Learning {
		l := learning(stand)
		l.Region, l.Regions = regions[region], regions
		return l
	}
	t.Run("what one finished in the other", func(t *testing.T) {
		t.Parallel()
		stand, user, ids := learner(t, 2)
		for i, attempt := range []struct{ region, lesson, score int }{{0, 0, 40}, {1, 0, 90}, {0, 0, 60}, {1, 1, 10}} {
			must(t, complete(t.Context(), in(stand, attempt.region), user, ids[attempt.lesson],
				attempt.score, noon.Add(time.Duration(i)*time.Second)))
		}
		for region := range regions {
			totals(t, in(stand, region), user, domain.Tally{Completed: 2, ScoreSum: 100})
			got := progressOf(t, in(stand, region), user, ids[0])
			if got.Attempts != 3 || got.BestScore != 90 || got.LastScore != 60 || !got.FirstCompletedAt.Equal(noon) {
				t.Errorf("%s sees %+v, want 3 attempts, best 90, last 60, first at noon", regions[region], got)
			}
		}
		outbox(t, in(stand, 0), 2)
	})
	t.Run("and take back what both counted before they knew of each other", func(t *testing.T) {
		t.Parallel()
		stand, user, ids := learner(t, 1)
		for region, score := range []int{40, 90} {
			alone := in(stand, region)
			alone.Regions = regions[region : region+1]
			must(t, complete(t.Context(), alone, user, ids[0], score, noon))
		}
		totals(t, in(stand, 0), user, domain.Tally{Completed: 2, ScoreSum: 130})
		must(t, complete(t.Context(), in(stand, 0), user, ids[0], 50, noon.Add(time.Second)))
		totals(t, in(stand, 1), user, domain.Tally{Completed: 1, ScoreSum: 90})
	})
	t.Run("in parallel, with exact attempts, and exact totals after one more completion", func(t *testing.T) {
		t.Parallel()
		stand, user, ids := learner(t, 1)
		for _, err := range parallel(20, func(i int) error { return complete(t.Context(), in(stand, i%2), user, ids[0], i, noon) }) {
			if err != nil {
				t.Error(err)
			}
		}
		must(t, complete(t.Context(), in(stand, 0), user, ids[0], 5, noon))
		totals(t, in(stand, 1), user, domain.Tally{Completed: 1, ScoreSum: 19})
		if got := progressOf(t, in(stand, 1), user, ids[0]); got.Attempts != 21 {
			t.Errorf("%d attempts, want 21", got.Attempts)
		}
	})
}

// A summary, and with it the dashboard, stays small whatever was learned: the longest titles, the most tracks with the longest names.
func TestTheLargestSummary(t *testing.T) {
	t.Parallel()
	s := domain.Summary{Total: domain.Tally{Completed: 1 << 40, ScoreSum: 1 << 40}}
	for i := range 200 {
		id := newID[domain.Lesson](t)
		track := domain.RestoreTrack(fmt.Sprintf("%s-%03d", strings.Repeat("a", 60), i))
		s.Count(map[domain.Track]domain.Tally{track: {Completed: 1 << 30, ScoreSum: 1 << 30}})
		s.Remember(domain.Recent{LessonID: id, Title: title(i), Score: 100, CompletedAt: noon})
		s.Days.Add(20000+i*5, nil)
	}
	size, tracks := dynamo.SummarySize(s)
	if tracks != domain.TracksLimit || size > 18<<10 {
		t.Errorf("%d bytes with %d tracks, want at most 18 KB with %d", size, tracks, domain.TracksLimit)
	}
}
