package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const name = "progress/save-position"

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

type position struct {
	Position         int
	Unit, ClientTime string
	Duration         *int
	Device           string
}

type saved struct {
	LessonID, Title, Outcome string
	Completed                bool
	Position                 *position
}

func request(lesson *domain.Lesson, user localtest.User, body string) localtest.Request {
	return localtest.Request{Method: http.MethodPut, Path: "/api/lessons/" + lesson.State().ID.String() + "/position", Token: user.Token, Body: body}
}

// serve is the function at noon.
func serve(t testing.TB, stand *localtest.Stand) *localtest.API {
	t.Helper()
	env := stand.Env(t, name)
	env.Now = func() time.Time { return noon }
	return stand.ServeEnv(t, name, env, handler)
}

// newUser has a token of noon.
func newUser(t testing.TB, stand *localtest.Stand) localtest.User {
	t.Helper()
	user := stand.NewUser(t)
	user.Token = stand.Token(t, domain.RestoreUser(domain.UserState{ID: user.ID, Role: domain.Learner}), noon)
	return user
}

// D58: progress was finished or not; nobody could go on where they had left off.
func TestD58TheNewestPositionIsKept(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user, lesson := serve(t, stand), newUser(t, stand), stand.NewLesson(t, "go", 1)
	for i, step := range []struct {
		body, outcome string
		want          int
	}{
		{`{"position":100,"duration":600,"clientTime":"2026-03-04T11:00:00Z","device":"phone"}`, "applied", 100},
		{`{"position":100,"duration":600,"clientTime":"2026-03-04T11:00:00Z","device":"phone"}`, "duplicate", 100},
		{`{"position":300,"clientTime":"2026-03-04T10:00:00Z","device":"tablet"}`, "merged", 100},
		{`{"position":50,"clientTime":"2026-03-04T12:30:00.000+01:00","device":"tablet"}`, "applied", 50}, // 11:30 UTC: newer, though less far
		{`{"position":70,"clientTime":"2026-03-04T11:30:00Z"}`, "applied", 70},                            // at the same time: the greater one
		{`{"position":60,"clientTime":"2026-03-04T11:30:00Z"}`, "merged", 70},
		{`{"position":99,"unit":"percent","clientTime":"2026-03-04T11:59:59.999Z"}`, "applied", 99},
	} {
		var answer localtest.Answer
		do := func() { answer = api.Do(request(lesson, user, step.body)) }
		if i == 0 {
			stand.WantCalls(t, name, do)
		} else {
			do()
		}
		var got saved
		answer.Data(t, http.StatusOK, &got)
		if got.Outcome != step.outcome || got.Position == nil || got.Position.Position != step.want || got.Completed {
			t.Errorf("step %d: got %s, want %s with %d", i, answer.Body, step.outcome, step.want)
		}
	}
	overview, err := stand.Learning().Dashboard(t.Context(), user.ID)
	if err != nil || len(overview.Begun) != 1 || overview.Begun[0].Position.Value != 99 || overview.Begun[0].Title != lesson.State().Title {
		t.Errorf("begun %+v, %v", overview.Begun, err)
	}
}

func TestAClockOfTheFutureCountsAsNow(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user, lesson := serve(t, stand), newUser(t, stand), stand.NewLesson(t, "go", 1)
	var got saved
	api.Do(request(lesson, user, `{"position":1,"clientTime":"2099-01-01T00:00:00Z","device":"wrong"}`)).Data(t, http.StatusOK, &got)
	if got.Position.ClientTime != "2026-03-04T12:00:00.000Z" {
		t.Errorf("the clock counts as %s, want noon", got.Position.ClientTime)
	}
	api.Do(request(lesson, user, `{"position":2,"clientTime":"2026-03-04T12:00:00Z","device":"right"}`)).Data(t, http.StatusOK, &got)
	if got.Outcome != "applied" || got.Position.Position != 2 {
		t.Errorf("got %+v, want the other device to win at the next moment", got)
	}
}

func TestAFinishedLessonIsNotAmongTheBegun(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user, lesson := serve(t, stand), newUser(t, stand), stand.NewLesson(t, "go", 1)
	body := `{"position":1,"clientTime":"2026-03-04T11:00:00Z"}`
	api.Do(request(lesson, user, body)).Data(t, http.StatusOK, &saved{})
	stand.Complete(t, user, lesson, 80, noon)
	var got saved
	api.Do(request(lesson, user, strings.Replace(body, "11", "12", 1))).Data(t, http.StatusOK, &got)
	overview, err := stand.Learning().Dashboard(t.Context(), user.ID)
	if err != nil || len(overview.Begun) != 0 || !got.Completed || got.Outcome != "applied" {
		t.Errorf("begun %+v, saved %+v, %v; want it saved and not among the begun", overview.Begun, got, err)
	}
}

func TestBadPositionsAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user, lesson := serve(t, stand), newUser(t, stand), stand.NewLesson(t, "go", 1)
	const at = `"clientTime":"2026-03-04T11:00:00Z"`
	for body, field := range map[string]string{
		`{` + at + `}`:                                                                "position",
		`{"position":null,` + at + `}`:                                                "position",
		`{"position":-1,` + at + `}`:                                                  "position",
		`{"position":604801,` + at + `}`:                                              "position",
		`{"position":601,"duration":600,` + at + `}`:                                  "position",
		`{"position":101,"unit":"percent",` + at + `}`:                                "position",
		`{"position":1.5,` + at + `}`:                                                 "position",
		`{"position":1,"unit":"pages",` + at + `}`:                                    "unit",
		`{"position":1,"duration":0,` + at + `}`:                                      "duration",
		`{"position":1,"device":"` + strings.Repeat("x", 65) + `",` + at + `}`:        "device",
		`{"position":1,"device":"a\nb",` + at + `}`:                                   "device",
		`{"position":1}`:                                                              "clientTime",
		`{"position":1,"clientTime":"2026-03-04 11:00:00"}`:                           "clientTime", // D57: a local time is none
		`{"position":1,"clientTime":"1999-12-31T23:59:59Z"}`:                          "clientTime",
		`{"position":1,"clientTime":1772622000}`:                                      "clientTime",
		`{"position":1,"clientTime":"2026-03-04T11:00:00Z","userId":"x"}`:             "userId",
		`{"position":-1,"unit":"x","duration":-1,"clientTime":"x","device":"\u0000"}`: "clientTime unit duration position device",
	} {
		if got := api.Do(request(lesson, user, body)).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != field {
			t.Errorf("%s: details name %q, want %q", body, got, field)
		}
	}
	good := `{"position":1,` + at + `}`
	api.Do(request(stand.NewDraft(t, "go", 2), user, good)).Fails(t, http.StatusNotFound, "lesson.not_found")
	ghost := stand.Ghost(t)
	ghost.Token = stand.Token(t, domain.RestoreUser(domain.UserState{ID: ghost.ID, Role: domain.Learner}), noon)
	api.Do(request(lesson, ghost, good)).Fails(t, http.StatusNotFound, "user.not_found")
	if n := localtest.With(stand.Items(t, "LEARNING_TABLE"), "position"); n != 0 {
		t.Errorf("%d positions were saved", n)
	}
}

func TestParallelSavesAndLostAnswersKeepTheNewest(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user, lesson := serve(t, stand), newUser(t, stand), stand.NewLesson(t, "go", 1)
	intercept, lost := localtest.LoseAnswer("TransactWriteItems")
	stand.Intercept(intercept)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			body := fmt.Sprintf(`{"position":%d,"clientTime":"2026-03-04T11:00:%02dZ"}`, 100-i, i)
			api.Do(request(lesson, user, body)).Data(t, http.StatusOK, &saved{})
		})
	}
	all.Wait()
	standing, err := stand.Learning().Progress(t.Context(), user.ID, lesson.State().ID)
	if err != nil || standing.Position.Value != 89 || lost.Load() != 1 {
		t.Errorf("position %+v after %d lost answers, %v; want 89", standing.Position, lost.Load(), err)
	}
}

func TestADeadDatabaseIs503AndSavesNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user, lesson := serve(t, stand), newUser(t, stand), stand.NewLesson(t, "go", 1)
	good := request(lesson, user, `{"position":1,"clientTime":"2026-03-04T11:00:00Z"}`)
	for _, action := range []string{"BatchGetItem", "TransactWriteItems"} {
		stand.Intercept(localtest.Down(action))
		api.Do(good).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		stand.Intercept(nil)
	}
	var got saved
	api.Do(good).Data(t, http.StatusOK, &got)
	if got.Outcome != "applied" {
		t.Errorf("afterwards it is %s, want applied", got.Outcome)
	}
}

func TestD37MalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api, user := serve(t, stand), newUser(t, stand)
	r := request(stand.NewLesson(t, "go", 1), user, "")
	api.RefusesBadJSONBy(t, r.Method, r.Path, r.Token, `{"position":1,"clientTime":"2026-03-04T11:00:00Z"}`)
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesStrangers(t, stand, request(stand.NewLesson(t, "go", 1), localtest.User{}, `{}`))
}
