package main

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const name = "progress/delete-lesson"

func path(id domain.LessonID) string { return "/api/lessons/" + id.String() }

func TestD59AnEditorDeletesALesson(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	api := stand.Serve(t, name, handler)
	editor, learner := stand.NewUserAs(t, domain.Editor), stand.NewUser(t)
	bucket := buckets.Bucket(stand, "CONTENT_BUCKET")
	lesson, other := stand.NewLesson(t, "go", 1), stand.NewLesson(t, "go", 2)
	stand.Complete(t, learner, lesson, 80, time.Now())
	for _, s := range []domain.LessonState{lesson.State(), other.State()} {
		for _, key := range []string{s.ContentKey, s.SourceKey(), domain.ContentPrefix(s.ID) + "1"} {
			if err := bucket.Put(t.Context(), key, "text/html", []byte("x")); err != nil {
				t.Fatal(err)
			}
		}
	}
	request := localtest.Request{Method: http.MethodDelete, Path: path(lesson.State().ID), Token: editor.Token}
	stale := request
	stale.Header = http.Header{"If-Match": {`"7"`}}
	api.Do(stale).Fails(t, http.StatusPreconditionFailed, "request.stale")

	stand.Intercept(localtest.Down("TransactWriteItems"))
	api.Do(request).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	if keys, err := bucket.Keys(t.Context(), domain.ContentPrefix(lesson.State().ID)); len(keys) != 3 {
		t.Errorf("a delete that failed leaves %v (%v)", keys, err)
	}
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Do(request) })
	for range 2 { // a repetition is answered alike
		if answer.Status != http.StatusNoContent || len(answer.Body) != 0 {
			t.Errorf("got %d %s", answer.Status, answer.Body)
		}
		answer = api.Do(request)
	}
	table := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}
	if _, err := table.AnyLesson(t.Context(), lesson.State().ID); !errors.Is(err, domain.ErrNoLesson) {
		t.Errorf("the lesson is there: %v", err)
	}
	if keys, err := bucket.Keys(t.Context(), domain.ContentPrefix(lesson.State().ID)); len(keys) != 0 || err != nil {
		t.Errorf("it leaves %v (%v)", keys, err)
	}
	if keys, err := bucket.Keys(t.Context(), domain.ContentPrefix(other.State().ID)); len(keys) != 3 || err != nil {
		t.Errorf("of another lesson there are %v (%v), want all three bodies", keys, err)
	}
	t.Run("what the learner did stays in the history, and the denominator falls", func(t *testing.T) {
		in := dynamo.Learning{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region, Regions: []string{localtest.Region}, Identity: stand.Variable("IDENTITY_TABLE")}
		got, err := in.Dashboard(t.Context(), learner.ID)
		if err != nil {
			t.Fatal(err)
		}
		if recent, published := got.Summary.Recent, got.Published; len(recent) != 1 || recent[0].Title != lesson.State().Title || published.Total != 1 || published.Tracks[lesson.State().Track] != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestABodyStoreThatIsDownIs503AndARepetitionFinishes(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	s3, token := stand.S3, stand.NewUserAs(t, domain.Editor).Token
	lesson := stand.NewLesson(t, "go", 1).State()
	bucket := buckets.Bucket(stand, "CONTENT_BUCKET")
	if err := bucket.Put(t.Context(), lesson.ContentKey, "text/html", []byte("x")); err != nil {
		t.Fatal(err)
	}
	request := localtest.Request{Method: http.MethodDelete, Path: path(lesson.ID), Token: token}
	stand.S3 = localtest.Nowhere(t)
	stand.Serve(t, name, handler).Do(request).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.S3 = s3
	if answer := stand.Serve(t, name, handler).Do(request); answer.Status != http.StatusNoContent {
		t.Errorf("got %d %s", answer.Status, answer.Body)
	}
	if keys, err := bucket.Keys(t.Context(), "lessons/"); len(keys) != 0 || err != nil {
		t.Errorf("it leaves %v (%v)", keys, err)
	}
}

func TestD66StrangersGet401AndD59LearnersGet403(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := localtest.Request{Method: http.MethodDelete, Path: path(domain.RestoreID[domain.Lesson]("01890a5d-ac96-774b-bcce-b302099a8057"))}
	api.RefusesStrangers(t, stand, good)
	api.RefusesLearners(t, stand, good)
}
