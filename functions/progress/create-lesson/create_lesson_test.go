package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/create-lesson"

const path = "/api/lessons"

type lesson struct {
	ID, Title, Summary, Track, CreatedAt, UpdatedAt string
	Difficulty, Order                               int
	Published                                       bool
}

const good = `{"title":" Maps ","summary":"Keys.","track":"go","difficulty":2,"order":3}`

func TestD59AnEditorMakesADraft(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	for _, role := range []domain.Role{domain.Editor, domain.Admin} {
		user := stand.NewUserAs(t, role)
		var answer localtest.Answer
		stand.WantCalls(t, name, func() { answer = api.Post(path, user.Token, good) })
		var got lesson
		answer.Data(t, http.StatusCreated, &got)
		want := lesson{ID: got.ID, Title: "Maps", Summary: "Keys.", Track: "go", Difficulty: 2, Order: 3, CreatedAt: got.CreatedAt, UpdatedAt: got.CreatedAt}
		if got != want || answer.Header.Get("Location") != path+"/"+got.ID || answer.Header.Get("ETag") != `"1"` {
			t.Errorf("got %+v with %v, want %+v", got, answer.Header, want)
		}
		if s := stored(t, stand, domain.RestoreID[domain.Lesson](got.ID)); s.Published || s.ContentKey != "" {
			t.Errorf("stored %+v, want a draft without content", s)
		}
	}
	if n := localtest.With(stand.Items(t, "LEARNING_TABLE"), "published"); n != 0 {
		t.Error("a draft is counted")
	}
}

func TestContentComesWithIt(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	token := stand.NewUserAs(t, domain.Editor).Token
	for body, want := range map[string]string{
		`"content":"# Hi <script>x</script>"`:                       "<h1 id=\"h-hi-x\">Hi </h1>\n",
		`"content":"<p onclick=x>Hi</p>","contentType":"text/html"`: "<p>Hi</p>",
	} {
		var got lesson
		api.Post(path, token, good[:len(good)-1]+","+body+"}").Data(t, http.StatusCreated, &got)
		s := stored(t, stand, domain.RestoreID[domain.Lesson](got.ID))
		html, err := buckets.Bucket(stand, "CONTENT_BUCKET").Get(t.Context(), s.ContentKey, 1000)
		if err != nil || string(html) != want {
			t.Errorf("stored %q (%v), want %q", html, err, want)
		}
	}
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`"content":""`:    {400, "lesson.content_empty"},
		`"content":" \n"`: {400, "lesson.content_empty"},
		`"content":"a","contentType":"text/plain"`:        {415, "lesson.content_type"},
		`"content":"` + strings.Repeat("a", 64<<10) + `"`: {413, "request.too_large"},
	} {
		api.Post(path, token, good[:len(good)-1]+","+body+"}").Fails(t, want.status, want.code)
	}
}

func TestEveryBadFieldIsNamed(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	token := stand.NewUserAs(t, domain.Editor).Token
	for body, fields := range map[string]string{
		`{"title":""}`: "title track difficulty",
		`{"title":"` + strings.Repeat("a", 201) + `","summary":"` + strings.Repeat("a", 501) + `","track":"go","difficulty":6,"order":-1}`: "title summary difficulty order",
		`{"title":"a","track":"Go","difficulty":1}`: "track",
	} {
		if got := api.Post(path, token, body).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != fields {
			t.Errorf("%.40s names %q, want %q", body, got, fields)
		}
	}
	api.RefusesBadJSON(t, path, token, good)
}

func TestARepetitionMakesOneLesson(t *testing.T) {
	t.Parallel()
	body := good[:len(good)-1] + `,"content":"# Hi"}`
	for _, lost := range []string{"", "TransactWriteItems", "UpdateItem"} {
		t.Run(fmt.Sprintf("when the answer of %q is lost", lost), func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			buckets.Open(t, stand)
			api := stand.Serve(t, name, handler)
			request := localtest.Request{
				Method: http.MethodPost, Path: path, Token: stand.NewUserAs(t, domain.Editor).Token, Body: body, Header: http.Header{"Idempotency-Key": {"k1"}, "Content-Type": {"application/json"}},
			}
			if lost != "" {
				intercept, times := localtest.LoseAnswer(lost)
				stand.Intercept(intercept)
				defer func() {
					if times.Load() != 1 {
						t.Error("no answer was lost")
					}
				}()
			}
			var first, second lesson
			api.Do(request).Data(t, http.StatusCreated, &first)
			again := api.Do(request)
			again.Data(t, http.StatusCreated, &second)
			if first != second || again.Header.Get("Idempotency-Replayed") != "true" {
				t.Errorf("got %+v, then %+v", first, second)
			}
			if n := localtest.With(stand.Items(t, "LEARNING_TABLE"), "title"); n != 1 {
				t.Errorf("%d lessons, want 1", n)
			}
		})
	}
}

func TestADeadStoreIs503AndLeavesNoLesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.S3 = localtest.Nowhere(t)
	api := stand.Serve(t, name, handler)
	token := stand.NewUserAs(t, domain.Editor).Token
	api.Post(path, token, good[:len(good)-1]+`,"content":"# Hi"}`).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(localtest.Down("TransactWriteItems"))
	api.Post(path, token, good).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	if n := localtest.With(stand.Items(t, "LEARNING_TABLE"), "title"); n != 0 {
		t.Errorf("%d lessons, want none", n)
	}
}

func TestD66StrangersGet401AndD59LearnersGet403(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := localtest.Request{Method: http.MethodPost, Path: path, Body: good}
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
