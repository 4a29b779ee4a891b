package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const (
	name = "progress/sync-progress"
	path = "/api/progress/sync"
)

type results struct {
	Results    []result
	ServerTime string
}

type result struct {
	ID, Outcome, Code, Reason string
	Details                   []localtest.Detail
}

// outcomes are what became of the changes, in their order.
func (r results) outcomes() (all []string) {
	for _, one := range r.Results {
		all = append(all, one.Outcome)
	}
	return all
}

func send(t testing.TB, api *localtest.API, user localtest.User, changes ...string) (got results) {
	t.Helper()
	api.Post(path, user.Token, `{"changes":[`+strings.Join(changes, ",")+`]}`).Data(t, http.StatusOK, &got)
	if len(got.Results) != len(changes) {
		t.Fatalf("%d results for %d changes", len(got.Results), len(changes))
	}
	return got
}

func completion(t testing.TB, lesson *domain.Lesson, score int, at time.Time) string {
	t.Helper()
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(rand.Uint32())
	}
	id, err := domain.NewID[domain.Attempt](at, rand.NewChaCha8(seed))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"kind":"completion","id":"%s","lessonId":"%s","score":%d,"clientTime":"%s"}`, id, lesson.State().ID, score, domain.FormatTime(at))
}

func position(lesson *domain.Lesson, seconds int, at time.Time, device string) string {
	return fmt.Sprintf(`{"kind":"position","lessonId":"%s","position":%d,"clientTime":"%s","device":"%s"}`, lesson.State().ID, seconds, domain.FormatTime(at), device)
}

// state is all that is shown of a user.
func state(t testing.TB, stand *localtest.Stand, user localtest.User) string {
	t.Helper()
	in := stand.Learning()
	entries, _, err := in.List(t.Context(), user.ID, domain.Page{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	overview, err := in.Dashboard(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	s := overview.Summary
	return fmt.Sprintf("%+v %v %v %v %v %v %+v", entries, s.Total, s.Tracks, s.Recent, s.Days, overview.Begun, overview.Published)
}

func TestSyncSaysWhatBecameOfEachChange(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, a, b := stand.NewUser(t), stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2)
	stand.NewLesson(t, "go", 3)
	ago := func(d time.Duration) time.Time { return time.Now().Add(-d) }
	done := completion(t, a, 70, ago(time.Hour))
	var got results
	stand.WantCalls(t, name, func() {
		got = send(t, api, user,
			done,
			position(b, 30, ago(time.Minute), "phone"),
			position(b, 90, ago(2*time.Minute), "tablet"),
			done,
			completion(t, a, 90, ago(2*time.Hour)),
			strings.Replace(completion(t, a, 10, ago(0)), `"score":10`, `"score":101`, 1),
			strings.Replace(done, a.State().ID.String(), "01890a5d-ac96-774b-bcce-b302099a8057", 1),
			completion(t, a, 10, time.Now().Add(time.Hour)),
			`{"kind":"dance"}`, `7`, `{"kind":"completion","role":"admin"}`,
			strings.Replace(position(b, 1, ago(0), "phone"), `"position":1`, `"position":1,"score":3`, 1),
		)
	})
	want := []string{"applied", "applied", "merged", "duplicate", "applied", "refused", "refused", "refused", "refused", "refused", "refused", "refused"}
	if !slices.Equal(got.outcomes(), want) {
		t.Errorf("outcomes\n got %q\nwant %q", got.outcomes(), want)
	}
	for i, code := range map[int]string{5: "request.invalid", 6: "lesson.not_found", 7: "progress.clock_ahead", 8: "request.invalid", 9: "request.invalid", 10: "request.invalid"} {
		if r := got.Results[i]; r.Code != code || r.Reason == "" {
			t.Errorf("change %d: %+v, want %s", i, r, code)
		}
	}
	if d := got.Results[5].Details; len(d) != 1 || d[0].Field != "score" {
		t.Errorf("change 5 names %v, want score", d)
	}
	if _, err := time.Parse(time.RFC3339, got.ServerTime); err != nil || !strings.Contains(done, got.Results[0].ID) || got.Results[0].ID == "" {
		t.Errorf("server time %q, id %q", got.ServerTime, got.Results[0].ID)
	}
	standing, err := stand.Learning().Progress(t.Context(), user.ID, a.State().ID)
	if err != nil || standing.Attempts != 2 || standing.BestScore != 90 || standing.LastScore != 70 {
		t.Errorf("standing %+v, %v", standing, err)
	}
}

func TestAnEarlierCompletionThatComesLaterIsTheOneInTheHistory(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	later, earlier := time.Now().Add(-time.Hour), time.Now().Add(-2*time.Hour)
	send(t, api, user, completion(t, lesson, 70, later))
	send(t, api, user, completion(t, lesson, 90, earlier))
	var done []any
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if sk := item["sk"].(string); strings.HasPrefix(sk, "DONE#") {
			done = append(done, sk)
		}
	}
	if want := "DONE#" + domain.FormatTime(earlier) + "#" + lesson.State().ID.String(); len(done) != 1 || done[0] != want {
		t.Errorf("the history has %q, want %s", done, want)
	}
}

func TestARepeatedBatchChangesNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var batch []string
	for i := range 60 { // three parts
		lesson := stand.NewLesson(t, "go", i)
		at := time.Now().Add(-time.Duration(i) * time.Hour)
		batch = append(batch, position(lesson, i, at, "phone"), completion(t, lesson, i, at))
	}
	want := ""
	for try := range 4 {
		got := send(t, api, user, batch...)
		if applied := slices.Contains(got.outcomes(), "applied"); applied != (try == 0) {
			t.Errorf("try %d: %q", try, got.outcomes())
		}
		now := state(t, stand, user)
		if want == "" {
			want = now
		}
		if now != want {
			t.Errorf("try %d changed\n%s\nto\n%s", try, want, now)
		}
		rand.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	}
	events := map[string]int{}
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok {
			events[event["type"].(string)]++
		}
	}
	if events["lesson.completed"] != 60 || events["track.completed"] != 1 {
		t.Errorf("events %v, want 60 lessons and one track", events)
	}
}

// A database that fails in the middle leaves a part of the batch; sending it again does the rest.
func TestABatchThatFailsHalfWayIsFinishedByItsRepetition(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var batch []string
	for i := range 60 {
		batch = append(batch, completion(t, stand.NewLesson(t, "go", i), 50, time.Now().Add(-time.Duration(i)*time.Hour)))
	}
	writes := 0
	down := localtest.Down("TransactWriteItems")
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action == "TransactWriteItems" {
			writes++
		}
		if writes > 1 {
			down(action, w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
	api.Post(path, user.Token, `{"changes":[`+strings.Join(batch, ",")+`]}`).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	got := send(t, api, user, batch...)
	applied := 0
	for _, outcome := range got.outcomes() {
		if outcome == "applied" {
			applied++
		}
	}
	overview, err := stand.Learning().Dashboard(t.Context(), user.ID)
	if err != nil || applied != 36 || overview.Summary.Total != (domain.Tally{Completed: 60, ScoreSum: 3000}) {
		t.Errorf("%d were applied the second time, totals %+v, %v; want 36 and 60", applied, overview.Summary.Total, err)
	}
}

func TestTheLargestBatch(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	var batch []string
	for i := range 500 {
		batch = append(batch, completion(t, lesson, i%101, time.Now().Add(-time.Duration(i)*time.Minute)))
	}
	send(t, api, user, batch...)
	standing, err := stand.Learning().Progress(t.Context(), user.ID, lesson.State().ID)
	if err != nil || standing.BestScore != 100 || standing.Attempts < domain.AttemptsKnown {
		t.Errorf("standing %+v, %v", standing, err)
	}
	for _, body := range []string{`{}`, `{"changes":[]}`, `{"changes":null}`, `{"changes":[` + strings.Join(append(batch, batch[0]), ",") + `]}`} {
		if got := api.Post(path, user.Token, body).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "changes" {
			t.Errorf("%.40s: details name %q, want changes", body, got)
		}
	}
	large, err := json.Marshal(map[string]any{"changes": []string{strings.Repeat("x", 256<<10)}})
	if err != nil {
		t.Fatal(err)
	}
	api.Post(path, user.Token, string(large)).Fails(t, http.StatusRequestEntityTooLarge, "request.too_large")
	api.Post(path, user.Token, `{"changes":[{]}`).Fails(t, http.StatusBadRequest, "request.malformed")
}

func TestAWithdrawnLessonCanBeFinishedByWhoHasBegunIt(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, begun, other := stand.NewUser(t), stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2)
	send(t, api, user, position(begun, 3, time.Now().Add(-time.Hour), "phone"))
	stand.Withdraw(t, begun)
	stand.Withdraw(t, other)
	got := send(t, api, user, completion(t, begun, 70, time.Now()), completion(t, other, 70, time.Now()))
	if want := []string{"applied", "refused"}; !slices.Equal(got.outcomes(), want) {
		t.Errorf("got %q, want %q", got.outcomes(), want)
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: `{}`})
}
