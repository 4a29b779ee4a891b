package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const name = "progress/complete-lesson"

func path(lesson *domain.Lesson) string {
	return "/api/lessons/" + lesson.State().ID.String() + "/complete"
}

type progress struct {
	LessonID                          string
	Completed                         bool
	BestScore, LastScore, Attempts    int
	FirstCompletedAt, LastCompletedAt string
}

// summary is what the dashboard would show.
func summary(t testing.TB, stand *localtest.Stand, user localtest.User) (domain.Summary, int) {
	t.Helper()
	overview, err := stand.Learning().Dashboard(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return overview.Summary, overview.Published.Total
}

// events are the stored events of completed lessons.
func events(t testing.TB, stand *localtest.Stand) (all []string) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["type"] == "lesson.completed" {
			all = append(all, fmt.Sprint(event["type"], event["data"]))
		}
	}
	return all
}

func TestCompleteLessonAnswersTheProgress(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	stand.NewLesson(t, "go", 2) // the track is not complete
	for _, times := range []string{"first", "second"} {
		var answer localtest.Answer
		stand.WantCalls(t, name, func() { answer = api.Post(path(lesson), user.Token, `{"score":80}`) })
		var got progress
		answer.Data(t, http.StatusOK, &got)
		want := "{data:{attempts:number bestScore:number completed:bool firstCompletedAt:text lastCompletedAt:text lastScore:number lessonId:text position:null title:text track:text} success:bool}"
		if shape := answer.Shape(t); shape != want {
			t.Errorf("the %s shape\n got %s\nwant %s", times, shape, want)
		}
		if got.LessonID != lesson.State().ID.String() || !got.Completed || got.BestScore != 80 {
			t.Errorf("the %s time: got %+v", times, got)
		}
	}
}

func TestD43ScoreIsAWholeNumberFrom0To100(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	for what, body := range map[string]string{
		"missing": `{}`, "null": `{"score":null}`, "text": `{"score":"80"}`, "a fraction": `{"score":80.5}`,
		"an exponent": `{"score":1e3}`, "negative": `{"score":-1}`, "too great": `{"score":101}`,
		"huge": `{"score":1000000000}`, "greater than 64 bits": `{"score":99999999999999999999}`, "true": `{"score":true}`, "a list": `{"score":[80]}`,
	} {
		t.Run("a score that is "+what+" is refused", func(t *testing.T) {
			if got := api.Post(path(lesson), user.Token, body).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "score" {
				t.Errorf("details name %q, want score", got)
			}
		})
	}
	for what, body := range map[string]string{"no number": `{"score":NaN}`, "an empty value": `{"score":}`, "a leading zero": `{"score":080}`} {
		t.Run("a score that is "+what+" is no JSON", func(t *testing.T) {
			api.Post(path(lesson), user.Token, body).Fails(t, http.StatusBadRequest, "request.malformed")
		})
	}
	// Each of the 14 asked whether the session stands, and nothing else.
	if s, _ := summary(t, stand, user); s.Total.Completed != 0 || len(stand.Calls(t, name)) != 14 {
		t.Errorf("refused scores counted %+v with calls %v", s.Total, stand.Calls(t, name))
	}
	for spelling, score := range map[string]int{"80.0": 80, "1e1": 10} {
		t.Run(spelling+" is a score", func(t *testing.T) {
			var got progress
			api.Post(path(stand.NewLesson(t, "rust", 1)), user.Token, `{"score":`+spelling+`}`).Data(t, http.StatusOK, &got)
			if got.BestScore != score {
				t.Errorf("got %d, want %d", got.BestScore, score)
			}
		})
	}
	for _, score := range []int{0, 100} {
		t.Run(fmt.Sprintf("%d is a score", score), func(t *testing.T) {
			var got progress
			api.Post(path(stand.NewLesson(t, "go", 2)), user.Token, fmt.Sprintf(`{"score":%d}`, score)).Data(t, http.StatusOK, &got)
			if got.BestScore != score || got.LastScore != score || !got.Completed {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestD44TheBestScoreStays(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	for i, c := range []struct{ score, best int }{{60, 60}, {90, 90}, {30, 90}, {0, 90}, {100, 100}} {
		var got progress
		api.Post(path(lesson), user.Token, fmt.Sprintf(`{"score":%d}`, c.score)).Data(t, http.StatusOK, &got)
		if got.BestScore != c.best || got.LastScore != c.score || got.Attempts != i+1 {
			t.Errorf("after %d: got %+v, want best %d in %d attempts", c.score, got, c.best, i+1)
		}
		if s, _ := summary(t, stand, user); s.Total.Completed != 1 || s.Total.ScoreSum != c.best {
			t.Errorf("after %d: the summary counts %+v, want 1 lesson with %d", c.score, s.Total, c.best)
		}
	}
}

func TestD45TheFirstTimeStaysAndIsToldOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	begin := time.Now()
	var minutes atomic.Int64
	env.Now = func() time.Time { return begin.Add(time.Duration(minutes.Load()) * time.Minute) }
	api := stand.ServeEnv(t, name, env, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	for m := range int64(3) {
		minutes.Store(m)
		var got progress
		api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &got)
		first, last := domain.FormatTime(begin), domain.FormatTime(begin.Add(time.Duration(m)*time.Minute))
		if got.FirstCompletedAt != first || got.LastCompletedAt != last {
			t.Errorf("minute %d: first %s, last %s; want %s, %s", m, got.FirstCompletedAt, got.LastCompletedAt, first, last)
		}
	}
	all := events(t, stand)
	if len(all) != 1 || !strings.Contains(all[0], "lesson.completed") || !strings.Contains(all[0], user.ID.String()) ||
		!strings.Contains(all[0], lesson.State().ID.String()) || strings.Contains(all[0], "@") {
		t.Errorf("events %q, want one with both ids", all)
	}
}

func TestD45AnUnknownLessonIs404(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	api.Post("/api/lessons/01890a5d-ac96-774b-bcce-b302099a8057/complete", user.Token, `{"score":80}`).Fails(t, http.StatusNotFound, "lesson.not_found")
	api.Post(path(stand.NewDraft(t, "go", 1)), user.Token, `{"score":80}`).Fails(t, http.StatusNotFound, "lesson.not_found")
	if s, _ := summary(t, stand, user); s.Total.Completed != 0 || len(events(t, stand)) != 0 {
		t.Errorf("an unknown lesson counted %+v", s.Total)
	}
}

func TestD62WhatIsNoIDIs404(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	ids := []string{"undefined", "me", "0", "01890A5D-AC96-774B-BCCE-B302099A8057", "01890a5d-ac96-474b-bcce-b302099a8057", strings.Repeat("a", 1000)}
	for _, id := range ids {
		answer := api.Post("/api/lessons/"+id+"/complete", user.Token, `{"score":80}`)
		answer.Fails(t, http.StatusNotFound, "not_found")
		if len(id) > 2 && strings.Contains(string(answer.Body), id) {
			t.Errorf("the answer repeats %.20s", id)
		}
	}
	if calls := stand.Calls(t, name); len(calls) != len(ids) { // whether the session stands
		t.Errorf("no ids were looked for with %v", calls)
	}
}

func TestD46CompletionsDoNotChangeTheTotal(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for i := range 4 {
		stand.NewLesson(t, "rust", i)
	}
	lesson := stand.NewLesson(t, "go", 1)
	for range 3 {
		api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &progress{})
	}
	s, published := summary(t, stand, user)
	if published != 5 || s.Total.Completed != 1 || len(s.Recent) != 1 {
		t.Errorf("%d of %d with %d recent, want 1 of 5 with 1", s.Total.Completed, published, len(s.Recent))
	}
}

func TestProgressIsEachLearnersOwn(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo, lesson := stand.NewUser(t), stand.NewUser(t), stand.NewLesson(t, "go", 1)
	var got progress
	api.Post(path(lesson), ana.Token, `{"score":90}`).Data(t, http.StatusOK, &got)
	api.Post(path(lesson), bo.Token, `{"score":10}`).Data(t, http.StatusOK, &got)
	if got.Attempts != 1 || got.BestScore != 10 {
		t.Errorf("the second learner got %+v", got)
	}
	api.Post(path(lesson), ana.Token, `{"userId":"`+bo.ID.String()+`","score":1}`).Fails(t, http.StatusBadRequest, "request.invalid")
}

func TestParallelCompletionsAllCount(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	lessons := []*domain.Lesson{stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2)}
	var mu sync.Mutex
	attempts := map[string][]int{}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			var got progress
			api.Post(path(lessons[i%2]), user.Token, fmt.Sprintf(`{"score":%d}`, 50+i)).Data(t, http.StatusOK, &got)
			mu.Lock()
			defer mu.Unlock()
			attempts[got.LessonID] = append(attempts[got.LessonID], got.Attempts)
		})
	}
	all.Wait()
	for id, got := range attempts {
		if slices.Sort(got); !slices.Equal(got, []int{1, 2, 3, 4, 5, 6}) {
			t.Errorf("lesson %s: attempts %v, want each of 1 to 6", id, got)
		}
	}
	if s, _ := summary(t, stand, user); s.Total.Completed != 2 || s.Total.ScoreSum != 60+61 || len(s.Recent) != 2 {
		t.Errorf("summary %+v, want 2 lessons with 121", s)
	}
	if got := events(t, stand); len(got) != 2 {
		t.Errorf("events %q, want one a lesson", got)
	}
}

func TestALostAnswerOfDynamoDBCountsOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	intercept, lost := localtest.LoseAnswer("TransactWriteItems")
	stand.Intercept(intercept)
	var got progress
	api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &got)
	if got.Attempts != 1 || lost.Load() != 1 {
		t.Errorf("%d attempts after %d lost answers, want 1 after 1", got.Attempts, lost.Load())
	}
	api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &got)
	if s, _ := summary(t, stand, user); got.Attempts != 2 || s.Total.Completed != 1 || len(events(t, stand)) != 1 {
		t.Errorf("then %d attempts, summary %+v; want 2 and one lesson", got.Attempts, s.Total)
	}
}

func TestADeadDatabaseIs503AndCountsNothing(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"BatchGetItem", "TransactWriteItems"} {
		t.Run("at "+action, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
			stand.Intercept(localtest.Down(action))
			api.Post(path(lesson), user.Token, `{"score":80}`).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
			stand.Intercept(nil)
			if s, _ := summary(t, stand, user); s.Total.Completed != 0 || len(events(t, stand)) != 0 {
				t.Errorf("a failed completion counted %+v", s.Total)
			}
			var got progress
			api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &got)
			if got.Attempts != 1 {
				t.Errorf("%d attempts afterwards, want 1", got.Attempts)
			}
		})
	}
}

func TestD77WhatWasWrittenIsReadAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	stand.Intercept(localtest.Lagging)
	api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &progress{})
}

func TestD37MalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesBadJSON(t, path(stand.NewLesson(t, "go", 1)), stand.NewUser(t).Token, `{"score":80}`)
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := localtest.Request{Method: http.MethodPost, Path: path(stand.NewLesson(t, "go", 1)), Body: `{"score":80}`}
	api.RefusesStrangers(t, stand, good)
	good.Body = `{` // who calls is asked before what is said
	api.RefusesStrangers(t, stand, good)
}
