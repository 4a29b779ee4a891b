package main

import (
	"net/http"
	"strconv"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/update-lesson"

func path(id domain.LessonID) string { return "/api/lessons/" + id.String() }

// change sends a change, with If-Match unless that is "".
func change(api *localtest.API, method string, id domain.LessonID, token, body, ifMatch string) localtest.Answer {
	header := http.Header{"Content-Type": {"application/json"}}
	if ifMatch != "" {
		header.Set("If-Match", ifMatch)
	}
	return api.Do(localtest.Request{Method: method, Path: path(id), Token: token, Body: body, Header: header})
}

type lesson struct {
	ID, Title, Summary, Track string
	Difficulty, Order         int
	Published                 bool
}

// counts are the region's counts of published lessons.
func counts(t testing.TB, stand *localtest.Stand) (total, goes, sql string) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["pk"] == "CATALOGUE" {
			text := func(name string) string {
				n, _ := item[name].(float64)
				return strconv.Itoa(int(n))
			}
			return text("published"), text("track#go"), text("track#sql")
		}
	}
	return "", "", ""
}

func TestD59AnEditorChangesALesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	token := stand.NewUserAs(t, domain.Editor).Token
	made := stand.NewLesson(t, "go", 1).State()
	for _, c := range []struct {
		method, body string
		want         lesson
	}{
		{http.MethodPatch, `{"title":" Maps "}`, lesson{made.ID.String(), "Maps", made.Summary, "go", 1, 1, true}},
		{http.MethodPut, `{"summary":"","order":7}`, lesson{made.ID.String(), "Maps", "", "go", 1, 7, true}},
		{http.MethodPatch, `{"track":"sql","difficulty":3}`, lesson{made.ID.String(), "Maps", "", "sql", 3, 7, true}},
	} {
		before := stored(t, stand, made.ID)
		var answer localtest.Answer
		stand.WantCalls(t, name, func() { answer = change(api, c.method, made.ID, token, c.body, "") })
		var got lesson
		answer.Data(t, http.StatusOK, &got)
		s := stored(t, stand, made.ID)
		if got != c.want || s.Version <= before.Version || answer.Header.Get("ETag") != strconv.Quote(strconv.Itoa(s.Version)) || s.ContentKey != made.ContentKey {
			t.Errorf("%s: got %+v of version %d, want %+v", c.body, got, s.Version, c.want)
		}
	}
	if total, goes, sql := counts(t, stand); total != "1" || goes != "0" || sql != "1" {
		t.Errorf("counted %s: %s of go, %s of sql; want the lesson in its new track", total, goes, sql)
	}
	t.Run("what changes nothing is not saved", func(t *testing.T) {
		before := stored(t, stand, made.ID)
		change(api, http.MethodPatch, made.ID, token, `{"title":"Maps","track":"sql"}`, "").Data(t, http.StatusOK, &lesson{})
		if s := stored(t, stand, made.ID); s != before {
			t.Errorf("stored %+v, want %+v", s, before)
		}
	})
	t.Run("a lesson that nobody wrote is 404", func(t *testing.T) {
		change(api, http.MethodPatch, domain.RestoreID[domain.Lesson]("01890a5d-ac96-774b-bcce-b302099a8057"), token, `{"order":1}`, "").
			Fails(t, http.StatusNotFound, "lesson.not_found")
	})
	t.Run("every bad field is named", func(t *testing.T) {
		body := `{"title":" ","difficulty":0,"order":1000000}`
		if got := change(api, http.MethodPatch, made.ID, token, body, "").Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "title difficulty order" {
			t.Errorf("details name %q", got)
		}
	})
	api.RefusesBadJSONBy(t, http.MethodPatch, path(made.ID), token, `{"title":"Maps"}`)
}

func TestNoChangeIsLost(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	token := stand.NewUserAs(t, domain.Editor).Token
	made := stand.NewLesson(t, "go", 1).State()
	t.Run("by editors of different fields", func(t *testing.T) {
		var all sync.WaitGroup
		for _, body := range []string{`{"title":"New"}`, `{"summary":"New"}`, `{"track":"sql"}`, `{"difficulty":5}`, `{"order":9}`} {
			all.Go(func() { change(api, http.MethodPatch, made.ID, token, body, "").Data(t, http.StatusOK, &lesson{}) })
		}
		all.Wait()
		s := stored(t, stand, made.ID)
		if s.Title != "New" || s.Summary != "New" || s.Track.String() != "sql" || s.Difficulty != 5 || s.Order != 9 {
			t.Errorf("stored %+v", s)
		}
	})
	t.Run("of two with one If-Match, the second gets 412", func(t *testing.T) {
		etag := strconv.Quote(strconv.Itoa(stored(t, stand, made.ID).Version) + ".3+") // as get-lesson tells it, with the likes
		change(api, http.MethodPatch, made.ID, token, `{"title":"First"}`, etag).Data(t, http.StatusOK, &lesson{})
		change(api, http.MethodPatch, made.ID, token, `{"title":"Second"}`, etag).Fails(t, http.StatusPreconditionFailed, "request.stale")
		if s := stored(t, stand, made.ID); s.Title != "First" {
			t.Errorf("stored %q", s.Title)
		}
	})
	t.Run("when the answer of the write is lost", func(t *testing.T) {
		intercept, lost := localtest.LoseAnswer("TransactWriteItems")
		stand.Intercept(intercept)
		defer stand.Intercept(nil)
		etag := strconv.Quote(strconv.Itoa(stored(t, stand, made.ID).Version))
		change(api, http.MethodPatch, made.ID, token, `{"track":"go"}`, etag).Data(t, http.StatusOK, &lesson{})
		if total, goes, sql := counts(t, stand); total != "1" || goes != "1" || sql != "0" || lost.Load() != 1 {
			t.Errorf("counted %s: %s of go, %s of sql", total, goes, sql)
		}
	})
	t.Run("when the database is down, nothing is half-done", func(t *testing.T) {
		before := stored(t, stand, made.ID)
		stand.Intercept(localtest.Down("TransactWriteItems"))
		defer stand.Intercept(nil)
		change(api, http.MethodPatch, made.ID, token, `{"track":"sql"}`, "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		if s := stored(t, stand, made.ID); s != before {
			t.Errorf("stored %+v", s)
		}
	})
}

func TestD66StrangersGet401AndD59LearnersGet403(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := localtest.Request{Method: http.MethodPatch, Path: path(domain.RestoreID[domain.Lesson]("01890a5d-ac96-774b-bcce-b302099a8057")), Body: `{"order":1}`}
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
