package main

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/publish-lesson"

func path(id string) string { return "/api/lessons/" + id + "/published" }

// counted is the region's count of published lessons.
func counted(t testing.TB, stand *localtest.Stand) int {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["pk"] == "CATALOGUE" && item["published"] == item["track#go"] {
			n, _ := item["published"].(float64)
			return int(n)
		}
	}
	return 0
}

func TestD59AnEditorPublishesALesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	token := stand.NewUserAs(t, domain.Editor).Token
	put := func(id domain.LessonID) localtest.Request {
		return localtest.Request{Method: http.MethodPut, Path: path(id.String()), Token: token}
	}
	id := stand.NewDraft(t, "go", 1).State().ID
	api.Do(put(id)).Fails(t, http.StatusConflict, "lesson.content_needed")
	content, err := domain.NewContent(id, domain.Markdown, []byte("# Hi"), 0, time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := domain.UpdateLesson(t.Context(), dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}, id, func(l *domain.Lesson) error {
		l.SetContent(content, time.Now())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Do(put(id)) })
	for range 3 { // repeating changes nothing
		var got struct{ Published bool }
		answer.Data(t, http.StatusOK, &got)
		s := stored(t, stand, id)
		if got.Published != true || s.Published != true || answer.Header.Get("ETag") != strconv.Quote(strconv.Itoa(s.Version)) {
			t.Errorf("got %+v, stored %+v", got, s)
		}
		if n := counted(t, stand); n != 1 {
			t.Errorf("%d lessons counted", n)
		}
		answer = api.Do(put(id))
	}
	stale := put(id)
	stale.Header = http.Header{"If-Match": {`"1"`}}
	api.Do(stale).Fails(t, http.StatusPreconditionFailed, "request.stale")
	api.Do(put(domain.RestoreID[domain.Lesson]("01890a5d-ac96-774b-bcce-b302099a8057"))).Fails(t, http.StatusNotFound, "lesson.not_found")
	stand.Intercept(localtest.Down("BatchGetItem", "LESSON"))
	api.Do(put(id)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
}

func TestD66StrangersGet401AndD59LearnersGet403(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := localtest.Request{Method: http.MethodPut, Path: path("01890a5d-ac96-774b-bcce-b302099a8057")}
	api.RefusesStrangers(t, stand, good)
	api.RefusesLearners(t, stand, good)
}

// stored is the lesson as it is kept.
func stored(t testing.TB, stand *localtest.Stand, id domain.LessonID) domain.LessonState {
	t.Helper()
	lesson, err := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE")}.AnyLesson(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return lesson.State()
}
