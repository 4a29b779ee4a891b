package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// changeID is a new attempt's id.
func changeID(t testing.TB, stand *localtest.Stand, at time.Time) string {
	t.Helper()
	id, err := domain.NewID[domain.Attempt](at, stand.Env(t, name).Random)
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

func TestAChangeIDCountsOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson, id := stand.NewUser(t), stand.NewLesson(t, "go", 1), changeID(t, stand, time.Now())
	var got progress
	for range 3 {
		api.Post(path(lesson), user.Token, `{"score":80,"changeId":"`+id+`"}`).Data(t, http.StatusOK, &got)
		if got.Attempts != 1 || got.BestScore != 80 {
			t.Errorf("got %+v, want one attempt", got)
		}
	}
	for _, bad := range []string{"", "x", "01890a5d-ac96-474b-bcce-b302099a8057", changeID(t, stand, time.Now().Add(time.Hour))} {
		if got := api.Post(path(lesson), user.Token, `{"score":80,"changeId":"`+bad+`"}`).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "changeId" {
			t.Errorf("%q: details name %q, want changeId", bad, got)
		}
	}
}

func TestAnIdempotencyKeyCountsOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	for i := range 3 {
		answer := api.Do(localtest.Request{Method: http.MethodPost, Path: path(lesson), Token: user.Token, Body: `{"score":80}`, Header: http.Header{"Idempotency-Key": {"a"}}})
		var got progress
		answer.Data(t, http.StatusOK, &got)
		if got.Attempts != 1 || (answer.Header.Get("Idempotency-Replayed") == "true") != (i > 0) {
			t.Errorf("try %d: %d attempts, replayed %q", i, got.Attempts, answer.Header.Get("Idempotency-Replayed"))
		}
	}
}

// losing applies every second write that changes what learners did, and tells the function that it failed; the SDK sees that twice more, so
// that the function fails too.
func losing(n *atomic.Int64) localtest.Intercept {
	var lost sync.Map
	return func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action != "TransactWriteItems" {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var request struct{ ClientRequestToken string }
		_ = json.Unmarshal(body, &request)
		if _, again := lost.Load(request.ClientRequestToken); !again {
			if n.Add(1)%2 == 0 {
				next.ServeHTTP(w, r)
				return
			}
			lost.Store(request.ClientRequestToken, true)
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		localtest.Down()(action, w, r, next)
	}
}

// D44, D45: a hundred at once of one lesson, and of a hundred lessons; then the same while every second answer of the database is lost and the
// client, who was told of an error, tries again.
func TestAHundredCompletionsAtOnceAreExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		lessons int
		lost    bool
	}{{"of one lesson", 1, false}, {"of a hundred lessons", 100, false}, {"of one lesson with lost answers", 1, true}, {"of a hundred lessons with lost answers", 100, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			api.Unlimited()
			user := stand.NewUser(t)
			var lessons []*domain.Lesson
			for i := range c.lessons {
				lessons = append(lessons, stand.NewLesson(t, "go", i))
			}
			var n atomic.Int64
			if c.lost {
				stand.Intercept(losing(&n))
			}
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() {
					body := fmt.Sprintf(`{"score":%d,"changeId":"%s"}`, i, changeID(t, stand, time.Now()))
					for {
						answer := api.Post(path(lessons[i%c.lessons]), user.Token, body)
						if answer.Status == http.StatusOK {
							return
						}
						answer.Fails(t, http.StatusServiceUnavailable, jsonCode(answer))
					}
				})
			}
			all.Wait()
			stand.Intercept(nil)
			attempts, sum := 0, 0
			for i, lesson := range lessons {
				standing, err := stand.Learning().Progress(t.Context(), user.ID, lesson.State().ID)
				if err != nil {
					t.Fatal(err)
				}
				attempts += standing.Attempts
				sum += 99 - (c.lessons - 1 - i)
			}
			s, published := summary(t, stand, user)
			want := domain.Tally{Completed: c.lessons, ScoreSum: sum}
			if attempts != 100 || s.Total != want || s.Tracks[domain.RestoreTrack("go")].Tally != want || published != c.lessons {
				t.Errorf("%d attempts, totals %+v of %d, want 100 and %+v; %d writes", attempts, s.Total, published, want, n.Load())
			}
			if got := events(t, stand); len(got) != c.lessons {
				t.Errorf("%d events of completed lessons, want %d", len(got), c.lessons)
			}
			if tracks := told(t, stand, "track.completed"); tracks != 1 {
				t.Errorf("%d events of a completed track, want 1", tracks)
			}
		})
	}
}

func jsonCode(answer localtest.Answer) string {
	var form struct{ Code string }
	_ = json.Unmarshal(answer.Body, &form)
	return form.Code
}

// told counts the stored events of a type.
func told(t testing.TB, stand *localtest.Stand, kind string) (n int) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["type"] == kind {
			n++
		}
	}
	return n
}

// The clocks of two instances differ: the earlier time is the first one, and the lesson has one place in the history.
func TestD45AnEarlierClockMovesThePlaceInTheHistory(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	now := time.Now().Truncate(time.Millisecond)
	env.Now = func() time.Time { return now }
	api := stand.ServeEnv(t, name, env, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	api.Post(path(lesson), user.Token, `{"score":80}`).Data(t, http.StatusOK, &progress{})
	now = now.Add(-time.Second)
	api.Post(path(lesson), user.Token, `{"score":70}`).Data(t, http.StatusOK, &progress{})
	entries, next, err := stand.Learning().List(t.Context(), user.ID, domain.Page{Limit: 10})
	if err != nil || len(entries) != 1 || next != "" || !entries[0].FirstCompletedAt.Equal(now) || entries[0].LastScore != 80 {
		t.Errorf("history %+v, %q, %v", entries, next, err)
	}
	places := 0
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if sk, _ := item["sk"].(string); len(sk) > 5 && sk[:5] == "DONE#" {
			places++
		}
	}
	if places != 1 {
		t.Errorf("%d places in the history, want 1", places)
	}
}
