package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/like-lesson"

func like(lesson *domain.Lesson, user localtest.User) localtest.Request {
	return localtest.Request{Method: http.MethodPut, Path: "/api/lessons/" + lesson.State().ID.String() + "/like", Token: user.Token}
}

type view struct {
	Likes int
	Liked bool
}

// unlike takes a like back as the other use case does.
func unlike(t testing.TB, stand *localtest.Stand, lesson *domain.Lesson, user localtest.User) domain.Likes {
	t.Helper()
	store := dynamo.Likes{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}}
	likes, err := store.Like(t.Context(), user.ID, lesson.State().ID, func(_ *domain.Lesson, like *domain.Like) (int, []domain.Event, error) {
		change, _ := like.Set(false, time.Now())
		return change, nil, nil
	})
	if err != nil {
		t.Error(err)
	}
	return likes
}

// stored are the likes, the sum of the counts and the events in the table.
func stored(t testing.TB, stand *localtest.Stand) (liked, counted, events int) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		sk, _ := item["sk"].(string)
		switch {
		case strings.HasPrefix(sk, "LIKE#") && item["liked"] == true:
			liked++
		case strings.HasPrefix(sk, "LIKES#"):
			counted += int(item["likes"].(float64))
		case item["event"] != nil && item["event"].(map[string]any)["type"] == "lesson.liked":
			events++
		}
	}
	return liked, counted, events
}

func wantStored(t testing.TB, stand *localtest.Stand, likes, events int) {
	t.Helper()
	if liked, counted, told := stored(t, stand); liked != likes || counted != likes || told != events {
		t.Errorf("%d likes, counted %d, %d events; want %d, the same, %d", liked, counted, told, likes, events)
	}
}

func TestLikeLesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
	for range 2 {
		var answer localtest.Answer
		stand.WantCalls(t, name, func() { answer = api.Do(like(lesson, user)) })
		var got view
		answer.Data(t, http.StatusOK, &got)
		if shape := answer.Shape(t); shape != "{data:{liked:bool likes:number} success:bool}" || got != (view{1, true}) {
			t.Errorf("got %s", answer.Body)
		}
	}
	wantStored(t, stand, 1, 1)
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if event, ok := item["event"].(map[string]any); ok && event["type"] != "catalogue.changed" { // which publishing the lesson told
			want := map[string]any{"userId": user.ID.String(), "lessonId": lesson.State().ID.String()}
			if got := event["data"]; fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the event says %v, want %v", got, want)
			}
		} else if pk := item["pk"].(string); strings.Contains(fmt.Sprint(item), user.ID.String()) && pk != "USER#"+user.ID.String() {
			t.Errorf("%s names the user", pk)
		}
	}
	if got := unlike(t, stand, lesson, user); got != (domain.Likes{}) {
		t.Errorf("unliked: %+v", got)
	}
	var again view
	api.Do(like(lesson, user)).Data(t, http.StatusOK, &again)
	if wantStored(t, stand, 1, 1); again != (view{1, true}) { // told once
		t.Errorf("liked again: %+v", again)
	}
}

func TestLikeLessonNeedsALesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	api.Do(like(stand.NewDraft(t, "go", 1), user)).Fails(t, http.StatusNotFound, "lesson.not_found")
	for id, code := range map[string]string{"01890a5d-ac96-774b-bcce-b302099a8057": "lesson.not_found", "undefined": "not_found", "01890A5D-ac96-774b-bcce-b302099a8057": "not_found"} {
		api.Do(localtest.Request{Method: http.MethodPut, Path: "/api/lessons/" + id + "/like", Token: user.Token}).Fails(t, http.StatusNotFound, code)
	}
	wantStored(t, stand, 0, 0)
}

// D42: one user could like twice, and of likes at once some were lost.
func TestD42ParallelLikesAreExact(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	lesson := stand.NewLesson(t, "go", 1)
	var all sync.WaitGroup
	users := make([]localtest.User, 50)
	for i := range users {
		users[i] = stand.NewUser(t)
	}
	for i := range 100 { // each of the 50 twice
		all.Go(func() {
			var got view
			if api.Do(like(lesson, users[i%50])).Data(t, http.StatusOK, &got); !got.Liked || got.Likes < 1 || got.Likes > 50 {
				t.Errorf("got %+v", got)
			}
		})
	}
	all.Wait()
	wantStored(t, stand, 50, 50)
	for i, user := range users { // some go, some come back, all at once
		if i%5 == 0 {
			all.Go(func() { unlike(t, stand, lesson, user); unlike(t, stand, lesson, user) })
		} else if i%5 == 1 {
			all.Go(func() {
				unlike(t, stand, lesson, user)
				api.Do(like(lesson, user)).Data(t, http.StatusOK, &view{})
			})
		}
	}
	all.Wait()
	wantStored(t, stand, 40, 50)
}

// D42: what was done and not answered was done again, or taken back over others' likes.
func TestD42ALikeWhoseAnswerIsLostCountsOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	lesson := stand.NewLesson(t, "go", 1)
	t.Run("DynamoDB's answer", func(t *testing.T) {
		intercept, lost := localtest.LoseAnswer("TransactWriteItems")
		stand.Intercept(intercept)
		api.Do(like(lesson, stand.NewUser(t))).Data(t, http.StatusOK, &view{})
		if lost.Load() != 1 {
			t.Error("no answer was lost")
		}
		wantStored(t, stand, 1, 1)
	})
	t.Run("every second answer, and users try again", func(t *testing.T) {
		var calls atomic.Int64
		stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if action == "TransactWriteItems" && calls.Add(1)%2 == 0 {
				lose, _ := localtest.LoseAnswer()
				lose(action, w, r, next)
				return
			}
			next.ServeHTTP(w, r)
		})
		var all sync.WaitGroup
		for range 8 {
			user := stand.NewUser(t)
			all.Go(func() {
				for range 3 {
					_ = api.Do(like(lesson, user))
				}
			})
		}
		all.Wait()
		stand.Intercept(nil)
		wantStored(t, stand, 9, 9)
	})
}

func TestADeadDatabaseIs503AndLikesNothing(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"BatchGetItem", "TransactWriteItems"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			user, lesson := stand.NewUser(t), stand.NewLesson(t, "go", 1)
			stand.Intercept(localtest.Down(action))
			api.Do(like(lesson, user)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
			stand.Intercept(nil)
			wantStored(t, stand, 0, 0)
		})
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, like(stand.NewLesson(t, "go", 1), localtest.User{}))
}
