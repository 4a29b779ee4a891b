package samples

import (
	"strings"
	"testing"
)

const good = "---\ntitle: Keys\ntrack: dynamodb\ndifficulty: 2\norder: 1\nsummary: About keys.\n---\n\n# Keys\n\nText.\n"

func TestParse(t *testing.T) {
	t.Parallel()

	t.Run("a lesson is read with its front matter cut off", func(t *testing.T) {
		t.Parallel()
		got, err := parse("dynamodb/01-item-keys.md", []byte(good))
		if err != nil {
			t.Fatal(err)
		}
		want := Lesson{Slug: "item-keys", Title: "Keys", Track: "dynamodb", Summary: "About keys.",
			Difficulty: 2, Order: 1, Markdown: "# Keys\n\nText.\n"}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})

	t.Run("Windows line ends are read like others", func(t *testing.T) {
		t.Parallel()
		got, err := parse("dynamodb/01-keys.md", []byte(strings.ReplaceAll(good, "\n", "\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		if want := "# Keys\n\nText.\n"; got.Markdown != want {
			t.Errorf("got body %q, want %q", got.Markdown, want)
		}
	})

	refused := []struct {
		name, file, old, new, want string
	}{
		{"a file name without a number is refused", "dynamodb/keys.md", "", "", "file name"},
		{"a file name in capitals is refused", "dynamodb/01-Keys.md", "", "", "file name"},
		{"a file without front matter is refused", "", good, "# Keys\n", "does not begin"},
		{"front matter that never ends is refused", "", "\n---\n\n", "\n\n", "not closed"},
		{"an unknown field is refused", "", "order: 1", "order: 1\nauthor: me", "author"},
		{"a word for a number is refused", "", "order: 1", "order: one", "front matter"},
		{"a field given twice is refused", "", "order: 1", "order: 1\norder: 1", "order"},
		{"a missing title is refused", "", "title: Keys\n", "", "title is missing"},
		{"a missing summary is refused", "", "summary: About keys.", "", "summary is missing"},
		{"another track than the folder is refused", "", "track: dynamodb", "track: go", `folder is "dynamodb"`},
		{"another order than the file name's is refused", "", "order: 1", "order: 2", "file name says 1"},
		{"an order of zero is refused", "dynamodb/00-keys.md", "order: 1", "order: 0", "count from 1"},
		{"a missing difficulty is refused", "", "difficulty: 2\n", "", "not 1 to 5"},
		{"a difficulty above five is refused", "", "difficulty: 2", "difficulty: 6", "not 1 to 5"},
		{"a body without the title as its heading is refused", "", "# Keys", "# Other", "heading"},
	}
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := tt.file
			if file == "" {
				file = "dynamodb/01-keys.md"
			}
			_, err := parse(file, []byte(strings.Replace(good, tt.old, tt.new, 1)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("dynamodb/01-keys.md", good)
	f.Add("dynamodb/01-keys.md", "---\n---\n")
	f.Add("01-keys.md", "---\n\n---\n# \n")
	f.Add("dynamodb/01-keys.md", "---\ntitle: &a [*a]\n---\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		l, err := parse(name, []byte(text))
		if err != nil {
			return
		}
		if l.Slug == "" || l.Summary == "" || l.Order < 1 || l.Difficulty < 1 || l.Difficulty > 5 {
			t.Errorf("accepted an incomplete lesson: %+v", l)
		}
		if !strings.HasPrefix(l.Markdown, "# "+l.Title+"\n") {
			t.Errorf("body %q does not begin with title %q", l.Markdown, l.Title)
		}
		if !strings.HasSuffix(strings.ReplaceAll(text, "\r\n", "\n"), l.Markdown) {
			t.Errorf("body %q is not the end of the file", l.Markdown)
		}
	})
}
