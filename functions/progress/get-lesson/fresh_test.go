package main

import (
	"crypto/rand"
	"net/http"
	"slices"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// D54: an edited lesson was shown as it had been for an hour. Here its body is in memory and in the KV store when it is edited.
func TestD54AnEditIsSeenAtOnceThroughAllTiers(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	warm, token := stand.Serve(t, name, handler), stand.NewUser(t).Token
	made := publish(t, stand, "<p>1</p>")
	want := func(api *localtest.API, content string) {
		t.Helper()
		var got lesson
		if api.Get(path(made.ID.String()), token).Data(t, http.StatusOK, &got); got.Content != content {
			t.Errorf("got %q, want %q", got.Content, content)
		}
	}
	want(warm, "<p>1</p>")
	for _, content := range []string{"<p>2</p>", "<p>3</p>"} {
		next, err := domain.NewContent(made.ID, domain.Markdown, nil, 0, time.Now(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		put(t, stand, next.ContentKey, content)
		change(t, stand, made.ID, func(l *domain.Lesson) { l.SetContent(next, time.Now()) })
		want(warm, content)
		want(stand.Serve(t, name, handler), content) // an instance that knows the KV store alone
	}
}

// D55: absence was not cached. It is not here either, on purpose (docs/ARCHITECTURE.md): a miss is one call and three read units, asks
// neither for copies nor S3, writes nothing, and what appears is seen at once.
func TestD55AMissCostsOneReadAndHidesNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	env := stand.Env(t, name)
	used := localtest.Meter(env)
	api, token := stand.ServeEnv(t, name, env, handler), stand.NewUser(t).Token
	id := domain.RestoreID[domain.Lesson]("01890a5d-ac96-774b-bcce-b302099a8057")
	for range 2 {
		*used = localtest.Usage{}
		api.Get(path(id.String()), token).Fails(t, http.StatusNotFound, "lesson.not_found")
		if want := []string{"BatchGetItem", "BatchGetItem"}; !slices.Equal(used.Calls, want) || used.Read != 2+3 || used.Write != 0 {
			t.Errorf("a miss asks %q, %g read and %g write units; want %q, 5 and 0", used.Calls, used.Read, used.Write, want)
		}
	}
	state := publish(t, stand, "<p>Hi</p>")
	state.ID = id
	catalogue := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}
	if err := catalogue.Create(t.Context(), domain.RestoreLesson(state)); err != nil {
		t.Fatal(err)
	}
	var got lesson
	if api.Get(path(id.String()), token).Data(t, http.StatusOK, &got); got.Content != "<p>Hi</p>" {
		t.Errorf("got %+v", got)
	}
}
