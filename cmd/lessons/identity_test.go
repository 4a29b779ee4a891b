package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// titles are the titles of all lessons by the ends of their ids, as the catalogue has them.
func titles(t *testing.T, stand *localtest.Stand) map[domain.LessonID]string {
	t.Helper()
	all := map[domain.LessonID]string{}
	for _, drafts := range []bool{false, true} {
		lessons, _, err := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE")}.List(t.Context(), domain.Shelf{Drafts: drafts}, domain.Page{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lessons {
			all[l.State().ID] = l.State().Title
		}
	}
	return all
}

func must(t *testing.T, stand *localtest.Stand, want string, args ...string) string {
	t.Helper()
	said, err := command(t.Context(), stand, args...)
	if err != nil || !strings.Contains(said, want) {
		t.Fatalf("%v says %q (%v), want %q", args, said, err, want)
	}
	return said
}

const text = "---\ntitle: A\ntrack: go\ndifficulty: 1\norder: 1\n---\nText.\n"

func TestFoldersWithTheSameFileNamesKeepTheirOwnLessons(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	first, second := t.TempDir(), t.TempDir()
	put(t, filepath.Join(first, "01.md"), text)
	put(t, filepath.Join(second, "01.md"), strings.Replace(text, "title: A", "title: B", 1))
	must(t, stand, "1 lessons made", "import", first)
	before := titles(t, stand)
	must(t, stand, "1 lessons made", "import", second)
	after := titles(t, stand)
	if len(before) != 1 || len(after) != 2 {
		t.Fatalf("%v became %v", before, after)
	}
	for id, title := range before {
		if after[id] != title {
			t.Errorf("lesson %s was %q and is %q", id, title, after[id])
		}
	}
	moved := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.CopyFS(moved, os.DirFS(first)); err != nil {
		t.Fatal(err)
	}
	must(t, stand, "0 lessons made, 0 changed, 1 as they were", "import", moved)
}

func TestALessonOfAnotherFolderIsNotTakenOver(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	first, second := t.TempDir(), t.TempDir()
	named := strings.Replace(text, "title: A", "id: 0195610e-0000-7000-8000-000000000001\ntitle: A", 1)
	put(t, filepath.Join(first, "a.md"), named)
	put(t, filepath.Join(second, "copy.md"), strings.Replace(named, "title: A", "title: B", 1))
	put(t, filepath.Join(second, "own.md"), text)
	must(t, stand, "1 lessons made", "import", first)
	before := titles(t, stand)
	for _, args := range [][]string{{"import", second}, {"import", second, "--dry-run"}} {
		_, err := command(t.Context(), stand, args...)
		if err == nil || !strings.Contains(err.Error(), "copy.md") || !strings.Contains(err.Error(), "another folder, whose file is a.md") {
			t.Errorf("%v: %v", args, err)
		}
	}
	if after := titles(t, stand); len(after) != 1 || len(before) != 1 {
		t.Errorf("%v became %v", before, after)
	}
	if _, err := os.Stat(filepath.Join(second, "lessons.yaml")); err == nil {
		t.Error("a refused import has written into the folder")
	}
	must(t, stand, "1 lessons made, 1 changed", "import", second, "--adopt")
}

func TestLessonsFromBeforeThereWereNameSpacesAreAskedAbout(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	old := t.TempDir()
	put(t, filepath.Join(old, "01.md"), text)
	put(t, filepath.Join(old, "lessons.yaml"), "space: 0195610e-0000-7000-8000-000000000009\nbyPath: true\n")
	must(t, stand, "1 lessons made", "import", old)
	in := dynamo.Lessons{Table: stand.Table("LEARNING_TABLE"), Region: localtest.Region}
	for id := range titles(t, stand) { // as it was stored then
		none := ""
		if _, err := domain.UpdateLesson(t.Context(), in, id, func(l *domain.Lesson) error {
			return l.Edit(domain.LessonPatch{Space: &none}, l.State().UpdatedAt)
		}); err != nil {
			t.Fatal(err)
		}
	}
	mine, others := t.TempDir(), t.TempDir()
	put(t, filepath.Join(mine, "01.md"), text)
	put(t, filepath.Join(others, "01.md"), text)
	if _, err := command(t.Context(), stand, "import", mine); err == nil || !strings.Contains(err.Error(), "--apart") {
		t.Errorf("got %v", err)
	}
	must(t, stand, "1 lessons made, 0 changed", "import", others, "--apart")
	must(t, stand, "0 lessons made, 1 changed", "import", "--adopt", mine)
	must(t, stand, "0 lessons made, 0 changed, 1 as", "import", mine)
}

func TestLessonsWithoutAFileAreListedAndPruned(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	dir, other := t.TempDir(), t.TempDir()
	put(t, filepath.Join(dir, "a.md"), text)
	put(t, filepath.Join(dir, "b.md"), strings.Replace(text, "title: A", "title: B", 1))
	put(t, filepath.Join(other, "b.md"), text)
	must(t, stand, "2 lessons made", "import", dir)
	must(t, stand, "1 lessons made", "import", other)
	if err := os.Remove(filepath.Join(dir, "b.md")); err != nil {
		t.Fatal(err)
	}
	must(t, stand, "b.md has no file any more: lesson", "import", dir)
	must(t, stand, "dry run, nothing was written", "import", dir, "--prune", "--dry-run")
	if n := len(titles(t, stand)); n != 3 {
		t.Errorf("%d lessons, want all", n)
	}
	must(t, stand, "1 lessons deleted", "import", dir, "--prune")
	for id, title := range titles(t, stand) {
		if title != "A" {
			t.Errorf("lesson %s, %q, is still there", id, title)
		}
	}
	if lessons, published := counted(t, stand); lessons != 2 || published != 2 {
		t.Errorf("%d lessons, %d published", lessons, published)
	}
}

func TestFilesAsPeopleWriteThemAreImported(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	dir := t.TempDir()
	for name, c := range map[string]string{
		"bom.md": "\ufeff" + text, "blanks.markdown": strings.ReplaceAll(text, "---", "---  \t"), "CAPITALS.MD": text,
		"zero.md": strings.Replace(text, "order: 1", "order: 010", 1), "page.htm": text, "yes.md": strings.Replace(text, "order", "published: no\norder", 1),
		"README.md": "# About", "sub/readme.markdown": "# About", ".github/PULL_REQUEST_TEMPLATE.md": "# Pull", "CONTRIBUTING.md": "# Help",
	} {
		put(t, filepath.Join(dir, name), c)
	}
	put(t, filepath.Join(dir, "style.md"), text+"\n<p style=\"a:b\">x</p>\n")
	said := must(t, stand, "7 lessons made", "import", dir)
	if !strings.Contains(said, "style.md: learners do not see style of p\n") {
		t.Errorf("it says %q", said)
	}
	orders := map[int]int{}
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if order, ok := item["order"].(float64); ok {
			orders[int(order)]++
		}
	}
	if orders[10] != 1 || orders[1] != 6 {
		t.Errorf("orders %v, want one 10", orders)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	t.Parallel()
	stand := newStand(t)
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.md"), text)
	must(t, stand, "dry run, nothing was written: 1 lessons made, 0 changed", "import", "--dry-run", dir)
	if _, err := os.Stat(filepath.Join(dir, "lessons.yaml")); err == nil || len(stand.Items(t, "LEARNING_TABLE")) != 0 {
		t.Error("it has written something")
	}
	must(t, stand, "1 lessons made", "import", dir)
	put(t, filepath.Join(dir, "a.md"), text+"More.\n")
	must(t, stand, "dry run, nothing was written: 0 lessons made, 1 changed", "import", dir, "--dry-run")
	must(t, stand, "0 lessons made, 1 changed", "import", dir)
}
