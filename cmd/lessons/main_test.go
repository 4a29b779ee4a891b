package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// write makes a folder of n lessons in two tracks, every tenth a draft, and files that a plain writer of YAML would not make.
func write(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		track := []string{"go", "sql"}[i%2]
		text := fmt.Sprintf("---\ntitle: \"Lesson %d\" # a comment\ntrack:   %s\ndifficulty: %d\norder: %d\nsummary: About it.\n---\n\n# Lesson %d\n\nText.\n",
			i, track, 1+i%5, i, i)
		switch {
		case i%10 == 3:
			text = strings.Replace(text, "order:", "published: false\norder:", 1)
		case i%10 == 5:
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		put(t, filepath.Join(dir, track, fmt.Sprintf("%04d.md", i)), text)
	}
	put(t, filepath.Join(dir, "LICENSE"), "not a lesson")
	return dir
}

func put(t testing.TB, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// command runs the command on a stand and returns what it says.
func command(ctx context.Context, stand *localtest.Stand, args ...string) (string, error) {
	var out bytes.Buffer
	flags := []string{args[0], "--local", "--endpoint", *stand.Client().Options().BaseEndpoint, "--table", stand.Variable("LEARNING_TABLE")}
	if args[0] != "recount" {
		flags = append(flags, "--s3-endpoint", stand.S3, "--bucket", stand.Variable("CONTENT_BUCKET"))
	}
	err := run(ctx, append(flags, args[1:]...), &out)
	return out.String(), err
}

// counted sums the counts of published lessons, and the lessons there are.
func counted(t testing.TB, stand *localtest.Stand) (lessons, published int) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if _, ok := item["title"]; ok {
			lessons++
		}
		if n, ok := item["published"].(float64); ok {
			published += int(n)
		}
	}
	return lessons, published
}

func newStand(t *testing.T) *localtest.Stand {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand
}

func TestAnImportThatWasKilledIsCompletedByTheNext(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	dir := write(t, 1000)
	var mu sync.Mutex
	calls := map[string]int{}
	ctx, kill := context.WithCancel(t.Context())
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		calls[action]++
		n := calls["TransactWriteItems"]
		mu.Unlock()
		if action == "TransactWriteItems" && n == 5 {
			kill() // in the middle
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
	said, err := command(ctx, stand, "import", dir)
	if err == nil || !strings.Contains(said, "98 of 1000 lessons\n196 of 1000 lessons\n") || !strings.Contains(err.Error(), "392 of 1000 lessons are done") {
		t.Errorf("it says %q (%v)", said, err)
	}
	if lessons, _ := counted(t, stand); lessons != 392 {
		t.Errorf("%d lessons after the kill, want the four groups", lessons)
	}
	clear(calls)
	calls["TransactWriteItems"] = 100
	said, err = command(t.Context(), stand, "import", dir)
	if err != nil || !strings.HasSuffix(said, "1000 of 1000 lessons\n608 lessons made, 0 changed, 392 as they were\n") {
		t.Errorf("it says %q (%v)", said, err)
	}
	if calls["BatchGetItem"] != 11 || calls["TransactWriteItems"] != 100+7 || calls["Query"] != 2 || len(calls) != 3 {
		t.Errorf("the second run called %v, want 11 batches of 98", calls)
	}
	if lessons, published := counted(t, stand); lessons != 1000 || published != 900 {
		t.Errorf("%d lessons, %d published; want 1000 and 900", lessons, published)
	}
	clear(calls)
	said, err = command(t.Context(), stand, "import", dir)
	if err != nil || !strings.HasSuffix(said, "0 lessons made, 0 changed, 1000 as they were\n") || len(calls) != 2 || calls["BatchGetItem"] != 11 {
		t.Errorf("a third run says %q (%v) after %v", said[max(0, len(said)-80):], err, calls)
	}
}

func TestAnExportGivesTheFilesBackByteForByte(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	from, to := write(t, 60), t.TempDir()
	for _, args := range [][]string{{"import", from}, {"export", to}} {
		if said, err := command(t.Context(), stand, args...); err != nil {
			t.Fatal(said, err)
		}
	}
	files := 0
	if err := filepath.WalkDir(to, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "lessons.yaml" {
			return err
		}
		files++
		relative, _ := filepath.Rel(to, name)
		got, err := os.ReadFile(name)
		want, wantErr := os.ReadFile(filepath.Join(from, relative))
		if !bytes.Equal(got, want) {
			t.Errorf("%s is %q, want %q", relative, got, want)
		}
		return errors.Join(err, wantErr)
	}); err != nil || files != 60 {
		t.Errorf("%d files (%v)", files, err)
	}
	t.Run("a lesson that was edited since comes as what it is now, and goes back as that", func(t *testing.T) {
		in := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}
		all, _, err := in.List(t.Context(), domain.Shelf{}, domain.Page{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		id, title := all[0].State().ID, `New: "title"`
		if _, err := domain.UpdateLesson(t.Context(), in, id, func(l *domain.Lesson) error {
			return l.Edit(domain.LessonPatch{Title: &title}, stand.Env(t, "progress/update-lesson").Now())
		}); err != nil {
			t.Fatal(err)
		}
		again := t.TempDir()
		if said, err := command(t.Context(), stand, "export", again); err != nil {
			t.Fatal(said, err)
		}
		if said, err := command(t.Context(), stand, "import", again); err != nil || !strings.HasSuffix(said, "0 lessons made, 1 changed, 59 as they were\n") {
			t.Errorf("it says %q (%v)", said, err)
		}
		if lesson, err := in.AnyLesson(t.Context(), id); err != nil || lesson.State().Title != title {
			t.Errorf("stored %+v (%v)", lesson, err)
		}
	})
	t.Run("rendering anew changes no source", func(t *testing.T) {
		if said, err := command(t.Context(), stand, "render"); err != nil || !strings.HasSuffix(said, "60 lessons rendered\n") {
			t.Errorf("it says %q (%v)", said, err)
		}
		if said, err := command(t.Context(), stand, "import", from); err != nil || !strings.HasSuffix(said, "0 lessons made, 1 changed, 59 as they were\n") {
			t.Errorf("it says %q (%v)", said, err) // the one that was edited
		}
	})
	t.Run("counts are made anew", func(t *testing.T) {
		if said, err := command(t.Context(), stand, "recount"); err != nil || said != "54 lessons were counted, 54 are published\n" {
			t.Errorf("it says %q (%v)", said, err)
		}
	})
}

func TestAFolderWithAMistakeChangesNothing(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	const good = "---\ntitle: A\ntrack: go\ndifficulty: 1\norder: 1\n---\nText.\n"
	for what, c := range map[string]struct{ old, new, want string }{
		"no front matter":      {good, "# A\n", "does not begin"},
		"no end of it":         {"---\nText", "Text", "no end"},
		"an unknown field":     {"order: 1", "order: 1\nauthor: me", "b.md: line 6: author: "},
		"a wrong track":        {"track: go", "track: Go", "b.md: line 3: track: must be"},
		"a wrong difficulty":   {"difficulty: 1", "difficulty: 6", "b.md: line 4: difficulty: must be"},
		"an id that is none":   {"title: A", "title: A\nid: 7", "b.md: line 3: id: must be"},
		"a field twice":        {"order: 1", "order: 1\norder: 2", "b.md: line 6: order: is there twice"},
		"a word for a number":  {"order: 1", "order: one", "b.md: line 5: order: must be a whole number"},
		"a list":               {"title: A", "title: [A]", "b.md: line 2: title: must be one value"},
		"quotes in quotes":     {"Text.", strings.Repeat(">", 1000), "b.md: lesson.content_too_deep"},
		"nothing that is seen": {"Text.", "<iframe src=//x.org></iframe>", "b.md: lesson.content_nothing_left"},
		"nothing to publish":   {"Text.\n", "", "no content"},
		"too much front":       {"title: A", "# " + strings.Repeat("a", domain.MaxFrontBytes) + "\ntitle: A", "larger than"},
		"the id of the other":  {"title: A", "title: A\nid: 0195610e-0000-7000-8000-000000000001", "has the same id"},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "a.md"), strings.Replace(good, "title: A", "title: A\nid: 0195610e-0000-7000-8000-000000000001", 1))
			put(t, filepath.Join(dir, "b.md"), strings.Replace(good, c.old, c.new, 1))
			if _, err := command(t.Context(), stand, "import", dir); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "b.md") {
				t.Errorf("%v, want a word on %q", err, c.want)
			}
		})
	}
	if lessons, _ := counted(t, stand); lessons != 0 {
		t.Errorf("%d lessons were made", lessons)
	}
	for args, want := range map[string]string{
		"x --local": "not import", "import --local": "name the folder", "export --local": "name the folder", "import --bad": "not defined",
		"import a b --local": `"b" is one argument too many`, "render a --local": "too many", "import a --local --regions x": "not defined",
		"recount --local --bucket x": "not defined", "export a --prune": "not defined", "-h": "help requested", "": "help requested",
	} {
		if err := run(t.Context(), strings.Fields(args), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a word on %q", args, err, want)
		}
	}
}
