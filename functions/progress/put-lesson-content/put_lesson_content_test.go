package main

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/put-lesson-content"

func path(id domain.LessonID) string { return "/api/lessons/" + id.String() + "/content" }

func put(id domain.LessonID, token, contentType, body string) localtest.Request {
	return localtest.Request{
		Method: http.MethodPut, Path: path(id), Token: token, Body: body, Header: http.Header{"Content-Type": {contentType}},
	}
}

// stand is one with files and an editor.
func stand(t *testing.T) (*localtest.Stand, *localtest.API, string) {
	t.Helper()
	s := localtest.New(t)
	buckets.Open(t, s)
	return s, s.Serve(t, name, handler), s.NewUserAs(t, domain.Editor).Token
}

func stored(t testing.TB, s *localtest.Stand, id domain.LessonID) domain.LessonState {
	t.Helper()
	lesson, err := dynamo.Lessons{Table: s.Table("LEARNING_TABLE")}.AnyLesson(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return lesson.State()
}

// read is what lies under a key.
func read(t testing.TB, s *localtest.Stand, key string) string {
	t.Helper()
	b, err := buckets.Bucket(s, "CONTENT_BUCKET").Get(t.Context(), key, domain.MaxHTMLBytes)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestD59AnEditorWritesALesson(t *testing.T) {
	t.Parallel()
	s, api, token := stand(t)
	id := s.NewDraft(t, "go", 1).State().ID
	for i, c := range []struct{ contentType, source, html string }{
		{"text/markdown", "# Größe 学\r\n", "<h1 id=\"h-größe-学\">Größe 学</h1>\n"},
		{"text/markdown; charset=UTF-8", "a <b>b</b> <script>alert(1)</script>", "<p>a <b>b</b> </p>\n"},
		{"TEXT/HTML", "<p onclick=x()>Hi</p>", "<p>Hi</p>"},
		{"text/markdown", "<p onclick=x()>Hi</p>", "<p>Hi</p>"}, // the type is a part of the content
	} {
		before := stored(t, s, id)
		var answer localtest.Answer
		s.WantCalls(t, name, func() { answer = api.Do(put(id, token, c.contentType, c.source)) })
		answer.Data(t, http.StatusOK, &struct{}{})
		now := stored(t, s, id)
		if html, source := read(t, s, now.ContentKey), read(t, s, now.SourceKey()); html != c.html || source != c.source {
			t.Errorf("%d: stored %q of %q", i, html, source)
		}
		if now.ContentKey == before.ContentKey || now.Version <= before.Version {
			t.Errorf("%d: D54: the key is still %s, of version %d", i, now.ContentKey, now.Version)
		}
		if before.ContentKey != "" {
			read(t, s, before.ContentKey) // whoever has just read the old key still finds it
		}
		again := api.Do(put(id, token, c.contentType, c.source))
		if again.Data(t, http.StatusOK, &struct{}{}); stored(t, s, id) != now || again.Header.Get("ETag") != answer.Header.Get("ETag") {
			t.Errorf("%d: the same content again is a change", i)
		}
	}
}

func TestWhatLearnersWillNotSeeIsNamed(t *testing.T) {
	t.Parallel()
	s, api, token := stand(t)
	id := s.NewDraft(t, "go", 1).State().ID
	var got struct{ Dropped []string }
	api.Do(put(id, token, "text/html", `<p style="a:b">a</p><iframe src="https://example.org"></iframe>`)).Data(t, http.StatusOK, &got)
	if want := []string{"iframe", "style of p"}; !slices.Equal(got.Dropped, want) {
		t.Errorf("got %q, want %q", got.Dropped, want)
	}
}

func TestBadContentIsRefused(t *testing.T) {
	t.Parallel()
	s, api, token := stand(t)
	id := s.NewDraft(t, "go", 1).State().ID
	for _, c := range []struct {
		what, contentType, body string
		status                  int
		code                    string
	}{
		{"nothing", "text/markdown", "", 400, "lesson.content_empty"},
		{"blanks", "text/markdown", " \n", 400, "lesson.content_empty"},
		{"broken UTF-8", "text/markdown", "a\xffb", 400, "lesson.content_encoding"},
		{"too much", "text/markdown", strings.Repeat("a", domain.MaxContentBytes+1), 413, "lesson.content_too_large"},
		{"too much HTML", "text/markdown", strings.Repeat(`"`, domain.MaxContentBytes), 413, "lesson.content_too_large"},
		{"nothing but a stranger's frame", "text/html", `<iframe src="https://example.org"></iframe>`, 400, "lesson.content_nothing_left"},
		{"quotes in quotes", "text/markdown", strings.Repeat(">", domain.MaxContentBytes), 400, "lesson.content_too_deep"},
		{"links without end", "text/markdown", strings.Repeat("[a](b", domain.MaxContentBytes/6), 400, "lesson.content_too_complex"},
		{"JSON", "application/json", "{}", 415, "lesson.content_type"},
		{"plain text", "text/plain", "a", 415, "lesson.content_type"},
		{"a form", "multipart/form-data; boundary=x", "a", 415, "lesson.content_type"},
		{"no type", "", "a", 415, "lesson.content_type"},
		{"another charset", "text/html; charset=latin1", "a", 415, "lesson.content_type"},
	} {
		t.Run(c.what, func(t *testing.T) { api.Do(put(id, token, c.contentType, c.body)).Fails(t, c.status, c.code) })
	}
	if now := stored(t, s, id); now.ContentKey != "" || now.Version != 1 {
		t.Errorf("stored %+v", now)
	}
	t.Run("as much as there may be is taken", func(t *testing.T) {
		api.Do(put(id, token, "text/markdown", strings.Repeat("word ", domain.MaxContentBytes/5))).Data(t, http.StatusOK, &struct{}{})
	})
	t.Run("of a lesson that nobody wrote", func(t *testing.T) {
		api.Do(put(domain.RestoreID[domain.Lesson]("01890a5d-ac96-774b-bcce-b302099a8057"), token, "text/html", "a")).Fails(t, 404, "lesson.not_found")
		if keys, err := buckets.Bucket(s, "CONTENT_BUCKET").Keys(t.Context(), "lessons/01890a5d"); len(keys) != 0 || err != nil {
			t.Errorf("it leaves %v (%v)", keys, err)
		}
	})
	t.Run("of a version that is past", func(t *testing.T) {
		r := put(id, token, "text/html", "a")
		r.Header.Set("If-Match", `"1"`)
		api.Do(r).Fails(t, http.StatusPreconditionFailed, "request.stale")
	})
}

func TestD54OldContentsGoLaterAndNeverTheOneThatIsShown(t *testing.T) {
	t.Parallel()
	s := localtest.New(t)
	buckets.Open(t, s)
	env, now := s.Env(t, name), time.Now()
	env.Now = func() time.Time { return now }
	api, editor := s.ServeEnv(t, name, env, handler), s.SetRole(t, s.NewUser(t).ID, domain.Editor)
	id, other := s.NewDraft(t, "go", 1).State().ID, s.NewDraft(t, "go", 2).State().ID
	write := func(lesson domain.LessonID, text string) string {
		t.Helper()
		api.Do(put(lesson, s.Token(t, editor, now), "text/html", text)).Data(t, http.StatusOK, &struct{}{})
		return stored(t, s, lesson).ContentKey
	}
	have := func(want ...string) {
		t.Helper()
		keys, err := buckets.Bucket(s, "CONTENT_BUCKET").Keys(t.Context(), domain.ContentPrefix(id))
		var bodies []string
		for _, key := range keys {
			if !strings.HasSuffix(key, ".source") {
				bodies = append(bodies, key)
			}
		}
		if err != nil || len(keys) != 2*len(bodies) || strings.Join(bodies, " ") != strings.Join(want, " ") {
			t.Errorf("kept %v (%v), want %v", keys, err, want)
		}
	}
	begin := now
	clock := func(after time.Duration) { now = begin.Add(after) }
	clock(-72 * time.Hour)
	first := write(id, "1")
	write(other, "1")
	clock(-48 * time.Hour)
	second := write(id, "2") // replaced a content that is a day old, which stays
	have(first, second)
	clock(-48*time.Hour + time.Minute)
	third := write(id, "3")
	have(first, second, third)
	clock(-40 * time.Hour)
	orphan, err := domain.NewContent(id, domain.HTML, nil, 0, now, rand.Reader) // of a write that died before the lesson pointed to it
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{orphan.ContentKey, orphan.SourceKey()} {
		if err := buckets.Bucket(s, "CONTENT_BUCKET").Put(t.Context(), key, domain.HTML, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	clock(0)
	fourth := write(id, "4") // the last one before it stays, whatever its age
	have(third, orphan.ContentKey, fourth)
	if keys, err := buckets.Bucket(s, "CONTENT_BUCKET").Keys(t.Context(), domain.ContentPrefix(other)); len(keys) != 2 || err != nil {
		t.Errorf("of another lesson there are %v (%v)", keys, err)
	}
}

func TestNoWriteIsLostAndNothingIsHalfDone(t *testing.T) {
	t.Parallel()
	t.Run("of many at once, one is shown whole", func(t *testing.T) {
		t.Parallel()
		s, api, token := stand(t)
		id := s.NewDraft(t, "go", 1).State().ID
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				api.Do(put(id, token, "text/html", strings.Repeat(string(rune('a'+i)), 1000))).Data(t, http.StatusOK, &struct{}{})
			})
		}
		all.Wait()
		now := stored(t, s, id)
		html := read(t, s, now.ContentKey)
		if html != strings.Repeat(html[:1], 1000) || read(t, s, now.SourceKey()) != html {
			t.Errorf("shown is %.40q", html)
		}
	})
	t.Run("when the answer of the switch is lost", func(t *testing.T) {
		t.Parallel()
		s, api, token := stand(t)
		id := s.NewDraft(t, "go", 1).State().ID
		intercept, lost := localtest.LoseAnswer("TransactWriteItems")
		s.Intercept(intercept)
		r := put(id, token, "text/html", "a")
		r.Header.Set("If-Match", `"1"`)
		api.Do(r).Data(t, http.StatusOK, &struct{}{})
		if got := read(t, s, stored(t, s, id).ContentKey); got != "a" || lost.Load() != 1 {
			t.Errorf("shown is %q", got)
		}
	})
	t.Run("when the database is down at each call", func(t *testing.T) {
		t.Parallel()
		for _, action := range []string{"GetItem", "BatchGetItem", "TransactWriteItems"} {
			s, api, token := stand(t)
			id := s.NewDraft(t, "go", 1).State().ID
			s.Intercept(localtest.Down(action, "LESSON"))
			api.Do(put(id, token, "text/html", "a")).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
			s.Intercept(nil)
			if now := stored(t, s, id); now.ContentKey != "" {
				t.Errorf("%s: shown is %q", action, now.ContentKey)
			}
			api.Do(put(id, token, "text/html", "a")).Data(t, http.StatusOK, &struct{}{})
		}
	})
	t.Run("when the file store is", func(t *testing.T) {
		t.Parallel()
		s := localtest.New(t)
		s.S3 = localtest.Nowhere(t)
		id := s.NewDraft(t, "go", 1).State().ID
		s.Serve(t, name, handler).Do(put(id, s.NewUserAs(t, domain.Admin).Token, "text/html", "a")).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
		if now := stored(t, s, id); now.Version != 1 {
			t.Errorf("stored %+v", now)
		}
	})
}

func TestD66StrangersGet401AndD59LearnersGet403(t *testing.T) {
	t.Parallel()
	s := localtest.New(t)
	api := s.Serve(t, name, handler)
	id, err := domain.NewID[domain.Lesson](time.Now(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := put(id, "", "text/html", "a")
	api.RefusesStrangers(t, s, good)
	api.RefusesLearners(t, s, good)
}
