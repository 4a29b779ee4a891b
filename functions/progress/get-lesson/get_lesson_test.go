package main

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/get-lesson"

func path(id string) string { return "/api/lessons/" + id }

type lesson struct {
	Metadata struct{ ID, Title, Track, ContentType string }
	Content  string
}

// publish makes a lesson with a body, whose source is another text.
func publish(t testing.TB, stand *localtest.Stand, content string) domain.LessonState {
	t.Helper()
	made := stand.NewLesson(t, "go", 1).State()
	put(t, stand, made.ContentKey, content)
	put(t, stand, made.SourceKey(), "source of "+content)
	return made
}

func put(t testing.TB, stand *localtest.Stand, key, content string) {
	t.Helper()
	if err := buckets.Bucket(stand, "CONTENT_BUCKET").Put(t.Context(), key, "text/html", []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func TestGetLesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)

	t.Run("the lesson is answered with its body", func(t *testing.T) {
		made := publish(t, stand, "<h1>Hello</h1>")
		var answer localtest.Answer
		stand.WantCalls(t, name, func() { answer = api.Get(path(made.ID.String()), user.Token) })
		var got lesson
		answer.Data(t, http.StatusOK, &got)
		want := "{data:{content:text metadata:{contentType:text createdAt:text difficulty:number id:text liked:bool likes:number order:number published:bool summary:text title:text " +
			"track:text updatedAt:text}} success:bool}"
		if shape := answer.Shape(t); shape != want {
			t.Errorf("shape\n got %s\nwant %s", shape, want)
		}
		if got.Content != "<h1>Hello</h1>" || got.Metadata.ID != made.ID.String() || got.Metadata.Title != made.Title || got.Metadata.ContentType != "text/html" {
			t.Errorf("got %+v", got)
		}
	})
	for what, content := range map[string]string{
		"letters of all scripts": "Größe 学 мир \U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0301 \u202e", "markup": `<script>alert("&amp;")</script>` + "\u2028\u2029",
		"line ends and controls": "a\r\nb\tc\x00d\\e\"f", "nothing": "", "2 MiB": strings.Repeat("学", domain.MaxHTMLBytes/3) + "xx",
	} {
		t.Run("a body with "+what+" comes as it was stored", func(t *testing.T) {
			var got lesson
			api.Get(path(publish(t, stand, content).ID.String()), user.Token).Data(t, http.StatusOK, &got)
			if got.Content != content {
				t.Errorf("got %d bytes %.60q, want %d", len(got.Content), got.Content, len(content))
			}
		})
	}
	t.Run("a body that is too large is our mistake and tells nothing", func(t *testing.T) {
		answer := api.Get(path(publish(t, stand, strings.Repeat("x", domain.MaxHTMLBytes+1)).ID.String()), user.Token)
		answer.Fails(t, http.StatusInternalServerError, "internal")
		if strings.Contains(string(answer.Body), "lessons/") {
			t.Errorf("the answer tells the key: %s", answer.Body)
		}
	})
	t.Run("D53: a body that is not there yet is 503, and is found when it comes", func(t *testing.T) {
		made := stand.NewLesson(t, "go", 2).State()
		api.Get(path(made.ID.String()), user.Token).Fails(t, http.StatusServiceUnavailable, "lesson.content_missing")
		put(t, stand, made.ContentKey, "late")
		var got lesson
		if api.Get(path(made.ID.String()), user.Token).Data(t, http.StatusOK, &got); got.Content != "late" {
			t.Errorf("got %q", got.Content)
		}
	})
	t.Run("a lesson that is not published is 404", func(t *testing.T) {
		api.Get(path(stand.NewDraft(t, "go", 3).State().ID.String()), user.Token).Fails(t, http.StatusNotFound, "lesson.not_found")
	})
	t.Run("an id that nobody has is 404", func(t *testing.T) {
		api.Get(path("01890a5d-ac96-774b-bcce-b302099a8057"), user.Token).Fails(t, http.StatusNotFound, "lesson.not_found")
	})
	t.Run("another thing's id is 404", func(t *testing.T) {
		api.Get(path(user.ID.String()), user.Token).Fails(t, http.StatusNotFound, "lesson.not_found")
	})
}

func TestEditorsSeeDraftsAndSources(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	learner := stand.NewUser(t).Token
	draft, made := stand.NewDraft(t, "go", 1).State().ID.String(), publish(t, stand, "<p>Hi</p>")
	for _, role := range []domain.Role{domain.Editor, domain.Admin} {
		token := stand.NewUserAs(t, role).Token
		var got lesson
		if api.Get(path(draft), token).Data(t, http.StatusOK, &got); got.Metadata.ID != draft || got.Content != "" {
			t.Errorf("the draft is %+v", got)
		}
		api.Get(path(made.ID.String())+"?source=true", token).Data(t, http.StatusOK, &got)
		if got.Content != "source of <p>Hi</p>" || got.Metadata.ContentType != "text/markdown" {
			t.Errorf("the source is %+v", got)
		}
		api.Get(path("01890a5d-ac96-774b-bcce-b302099a8057"), token).Fails(t, http.StatusNotFound, "lesson.not_found")
	}
	api.Get(path(made.ID.String())+"?source=true", learner).Fails(t, http.StatusForbidden, "auth.forbidden")
	api.Get(path(draft)+"?source=true", learner).Fails(t, http.StatusForbidden, "auth.forbidden")
	api.Get(path(draft), learner).Fails(t, http.StatusNotFound, "lesson.not_found")
}

func TestWhoHasTheVersionGets304(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	token, made := stand.NewUser(t).Token, publish(t, stand, "<p>Hi</p>")
	etag := api.Get(path(made.ID.String()), token).Header.Get("ETag")
	ask := func(tag string) localtest.Answer {
		header := http.Header{"If-None-Match": {tag}}
		return api.Do(localtest.Request{Method: http.MethodGet, Path: path(made.ID.String()), Token: token, Header: header})
	}
	for _, tag := range []string{etag, "W/" + etag, `"0", ` + etag, "*"} {
		if got := ask(tag); got.Status != http.StatusNotModified || len(got.Body) != 0 || got.Header.Get("ETag") != etag {
			t.Errorf("%s: got %d %s", tag, got.Status, got.Body)
		}
	}
	ask(`"0"`).Data(t, http.StatusOK, &lesson{})
	change(t, stand, made.ID, func(l *domain.Lesson) {
		title := "New"
		if err := l.Edit(domain.LessonPatch{Title: &title}, time.Now()); err != nil {
			t.Error(err)
		}
	})
	var got lesson
	if ask(etag).Data(t, http.StatusOK, &got); got.Metadata.Title != "New" {
		t.Errorf("D54: after an edit it is %+v", got)
	}
}

// change alters a lesson as an editor does.
func change(t testing.TB, stand *localtest.Stand, id domain.LessonID, how func(*domain.Lesson)) {
	t.Helper()
	in := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}
	if _, err := domain.UpdateLesson(t.Context(), in, id, func(l *domain.Lesson) error {
		how(l)
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// A reader has read where the content is; before the content is read, another one takes its place and this one is deleted.
func TestD54AReaderWhoseContentWasReplacedGetsTheNewOne(t *testing.T) {
	t.Parallel()
	for _, deleted := range []bool{false, true} {
		stand := localtest.New(t)
		buckets.Open(t, stand)
		api := stand.Serve(t, name, handler)
		token, made := stand.NewUser(t).Token, stand.NewLesson(t, "go", 1).State() // its content is not there
		next, err := domain.NewContent(made.ID, domain.Markdown, nil, 0, time.Now(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		put(t, stand, next.ContentKey, "<p>New</p>")
		var reads atomic.Int64
		stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, store http.Handler) {
			store.ServeHTTP(w, r)
			if action == "BatchGetItem" && reads.Add(1) == 2 { // the first asks for the session
				change(t, stand, made.ID, func(l *domain.Lesson) {
					if deleted {
						_ = l.Publish(false, time.Now())
					} else {
						l.SetContent(next, time.Now())
					}
				})
			}
		})
		answer := api.Get(path(made.ID.String()), token)
		if deleted {
			answer.Fails(t, http.StatusNotFound, "lesson.not_found")
			continue
		}
		var got lesson
		if answer.Data(t, http.StatusOK, &got); got.Content != "<p>New</p>" {
			t.Errorf("got %+v", got)
		}
	}
}

func TestD62WhatIsNoIDIs404(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	ids := map[string]string{
		"undefined": "undefined", "me": "me", "a number": "1", "upper case": "01890A5D-AC96-774B-BCCE-B302099A8057",
		"version 4": "01890a5d-ac96-474b-bcce-b302099a8057", "another variant": "01890a5d-ac96-774b-3cce-b302099a8057",
		"in braces": "%7B01890a5d-ac96-774b-bcce-b302099a8057%7D", "without hyphens": "01890a5dac96774bbcceb302099a8057",
		"1000 characters": strings.Repeat("a", 1000), "a key": "LESSON%23x", "a space behind": "01890a5d-ac96-774b-bcce-b302099a8057%20",
		"a NUL": "01890a5d-ac96-774b-bcce-b302099a805%00", "36 dashes": strings.Repeat("-", 36), "broken UTF-8": "%ff",
	}
	for what, id := range ids {
		t.Run("an id that is "+what, func(t *testing.T) {
			answer := api.Get(path(id), user.Token)
			answer.Fails(t, http.StatusNotFound, "not_found")
			if len(id) > 8 && strings.Contains(string(answer.Body), id) {
				t.Errorf("the answer repeats it: %s", answer.Body)
			}
		})
	}
	if calls := stand.Calls(t, name); len(calls) != len(ids) { // whether the session stands
		t.Errorf("no ids were looked for with %v", calls)
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path("01890a5d-ac96-774b-bcce-b302099a8057")})
}

func TestADeadStoreIs503(t *testing.T) {
	t.Parallel()
	t.Run("the database", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		api := stand.Serve(t, name, handler)
		made, user := stand.NewLesson(t, "go", 1).State(), stand.NewUser(t)
		stand.Intercept(localtest.Down())
		api.Get(path(made.ID.String()), user.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	})
	t.Run("the file store", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		stand.S3 = localtest.Nowhere(t)
		api := stand.Serve(t, name, handler)
		made := stand.NewLesson(t, "go", 1).State()
		answer := api.Get(path(made.ID.String()), stand.NewUser(t).Token)
		answer.Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		if strings.Contains(string(answer.Body), "127.0.0.1") {
			t.Errorf("the cause is told: %s", answer.Body)
		}
	})
}
