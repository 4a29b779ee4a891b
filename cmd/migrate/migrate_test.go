package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/cmd/internal/tool"
	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

// guide is a system that was made with miniflare and exported with wrangler by
// scripts/guide-system: 20 users, 10 lessons, 100 rows of progress of which 12 are not completed,
// 20 likes, 12 files.
const guide = "testdata/guide"

var everything = "brought 20 users, 10 lessons, 88 completions, 20 likes, 12 files\n"

func environment(stand *localtest.Stand) *platform.Env {
	target := tool.Target{Local: true, Region: localtest.Region, DynamoDB: *stand.Client().Options().BaseEndpoint, S3: stand.S3}
	settings := map[string]string{"IDENTITY_HOME": localtest.Region}
	for _, name := range []string{"IDENTITY_TABLE", "LEARNING_TABLE", "CONTENT_BUCKET", "UPLOADS_BUCKET"} {
		settings[name] = stand.Variable(name)
	}
	return target.Env(settings, io.Discard)
}

func newStand(t *testing.T) *localtest.Stand {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand
}

func read(t *testing.T) *system {
	t.Helper()
	old, err := readSystem(os.DirFS(guide))
	must(t, err)
	return old
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// brings runs the migration and returns its last line.
func brings(ctx context.Context, t *testing.T, stand *localtest.Stand) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := bring(ctx, environment(stand), read(t), &out)
	lines := strings.SplitAfter(out.String(), "\n")
	return lines[len(lines)-2], err
}

func TestAGuideSystemIsBroughtOnce(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	said, err := brings(t.Context(), t, stand)
	if err != nil || said != everything {
		t.Fatalf("got %q, %v, want %q", said, err, everything)
	}
	user := read(t).users[0]
	signsIn(t, stand, user, "password of group 0")
	summary := totals(t, stand, user)
	want := domain.Tally{}
	for _, c := range user.done {
		want.Completed, want.ScoreSum = want.Completed+1, want.ScoreSum+int(c.attempt.Score)
	}
	if summary != want {
		t.Errorf("totals are %+v, want %+v", summary, want)
	}
	before := state(t, stand)
	if said, err = brings(t.Context(), t, stand); err != nil || said != "brought 0 users, 0 lessons, 0 completions, 0 likes, 0 files\n" {
		t.Errorf("again: got %q, %v", said, err)
	}
	if after := state(t, stand); after != before {
		t.Error("the second run changed what is stored")
	}
}

func signsIn(t *testing.T, stand *localtest.Stand, u *oldUser, word string) {
	t.Helper()
	password, err := auth.EnteredPassword(word)
	must(t, err)
	accounts := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	found, credential, err := accounts.ByEmail(t.Context(), u.user.State().Email)
	must(t, err)
	if ok, err := auth.DefaultCost.Matches(password, credential.Hash); err != nil || !ok || found.ID() != u.user.ID() {
		t.Errorf("%s cannot sign in: %v", u.old, err)
	}
}

func totals(t *testing.T, stand *localtest.Stand, u *oldUser) (sum domain.Tally) {
	t.Helper()
	summaries, _, err := stand.Learning().Stats(t.Context(), u.user.ID())
	must(t, err)
	for _, tally := range summaries.Tracks {
		sum.Completed, sum.ScoreSum = sum.Completed+tally.Completed, sum.ScoreSum+tally.ScoreSum
	}
	return sum
}

// state is everything stored, in one text.
func state(t *testing.T, stand *localtest.Stand) string {
	t.Helper()
	return fmt.Sprint(stand.Items(t, "IDENTITY_TABLE"), stand.Items(t, "LEARNING_TABLE"))
}

func TestAMigrationThatWasCutOffGoesOn(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	for _, calls := range []int64{5, 60, 150} {
		ctx, cancel := context.WithCancel(t.Context())
		var n atomic.Int64
		stand.Intercept(func(_ string, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if n.Add(1) == calls {
				cancel()
			}
			next.ServeHTTP(w, r)
		})
		if said, err := brings(ctx, t, stand); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %q, %v, want it cut off", said, err)
		}
		cancel()
	}
	stand.Intercept(nil)
	if said, err := brings(t.Context(), t, stand); err != nil {
		t.Fatalf("got %q, %v", said, err)
	}
	undisturbed := newStand(t)
	_, err := brings(t.Context(), t, undisturbed)
	must(t, err)
	old := read(t)
	for _, u := range old.users {
		if got, want := totals(t, stand, u), totals(t, undisturbed, u); got != want {
			t.Errorf("totals of %s are %+v, want %+v", u.old, got, want)
		}
	}
	for _, variable := range []string{"IDENTITY_TABLE", "LEARNING_TABLE"} {
		if got, want := len(stand.Items(t, variable)), len(undisturbed.Items(t, variable)); got != want {
			t.Errorf("%s has %d items, want %d", variable, got, want)
		}
	}
}

func TestAnAddressThatHasAnAccountKeepsIt(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	old := read(t)
	mine := stand.NewUserOf(t, old.users[1].user.State().Email.String(), auth.DefaultCost)
	said, err := brings(t.Context(), t, stand)
	if err != nil || !strings.HasPrefix(said, "brought 19 users, 10 lessons, ") {
		t.Fatalf("got %q, %v", said, err)
	}
	summaries, _, err := stand.Learning().Stats(t.Context(), mine.ID)
	if err != nil || len(summaries.Tracks) != 0 {
		t.Errorf("the account has got the old one's progress: %v, %v", summaries, err)
	}
}

func TestWhatCannotBeBroughtIsNamedBeforeAnythingIsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(guide)))
	name := filepath.Join(dir, "database.sql")
	dump, err := os.ReadFile(name)
	must(t, err)
	must(t, os.WriteFile(name, bytes.Replace(dump, []byte("learner3@example.org"), []byte("learner3"), 1), 0o600))
	var out bytes.Buffer
	err = run(t.Context(), []string{"--local", "--endpoint", "http://127.0.0.1:1", dir}, &out)
	if err == nil || !strings.Contains(err.Error(), "nothing was written") || !strings.Contains(out.String(), "cannot be brought: users ") {
		t.Errorf("got %v\n%s", err, out.String())
	}
	if _, err := os.Stat(filepath.Join(dir, idsFile)); err == nil {
		t.Error("the list of ids is written")
	}
}
