package samples

import (
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	lessons, err := All()
	if err != nil {
		t.Fatal(err)
	}

	t.Run("every track has four lessons or more", func(t *testing.T) {
		t.Parallel()
		count := make(map[string]int)
		for _, l := range lessons {
			count[l.Track]++
		}
		for _, track := range []string{"dynamodb", "go-on-lambda", "running-services"} {
			if got := count[track]; got < 4 {
				t.Errorf("track %s has %d lessons, want at least 4", track, got)
			}
		}
		if got, want := len(count), 3; got != want {
			t.Errorf("got %d tracks, want %d", got, want)
		}
	})

	t.Run("titles are unique", func(t *testing.T) {
		t.Parallel()
		seen := make(map[string]string)
		for _, l := range lessons {
			if other, ok := seen[l.Title]; ok {
				t.Errorf("%s and %s have the title %q", other, l.Slug, l.Title)
			}
			seen[l.Title] = l.Slug
		}
	})

	t.Run("a track counts from one without gaps and never gets easier", func(t *testing.T) {
		t.Parallel()
		for i, l := range lessons {
			first := i == 0 || lessons[i-1].Track != l.Track
			switch {
			case first && l.Order != 1:
				t.Errorf("track %s begins at %d, want 1", l.Track, l.Order)
			case !first && l.Order != lessons[i-1].Order+1:
				t.Errorf("%s has order %d, want %d", l.Slug, l.Order, lessons[i-1].Order+1)
			case !first && l.Difficulty < lessons[i-1].Difficulty:
				t.Errorf("%s has difficulty %d, want at least %d", l.Slug, l.Difficulty, lessons[i-1].Difficulty)
			}
		}
	})

	for _, l := range lessons {
		t.Run(l.Slug+" is a complete lesson", func(t *testing.T) {
			t.Parallel()
			checkText(t, l)
		})
		t.Run(l.Slug+" has Go code that parses and is formatted", func(t *testing.T) {
			t.Parallel()
			blocks := fences(l.Markdown)
			for _, b := range blocks {
				if b.language == "go" {
					checkGo(t, b.text)
				}
			}
			if len(blocks) == 0 {
				t.Error("the lesson has no code")
			}
		})
	}
}

var question = regexp.MustCompile(`(?m)^[0-9]\. `)

func checkText(t *testing.T, l Lesson) {
	t.Helper()
	if got := strings.Count(l.Markdown, "\n```"); got%2 != 0 {
		t.Errorf("got %d code fence lines, want an even number", got)
	}
	prose := l.Markdown
	for _, b := range fences(l.Markdown) {
		prose = strings.Replace(prose, b.text, "", 1)
	}
	if got := len(strings.Fields(prose)); got < 350 || got > 700 {
		t.Errorf("got %d words beside the code, want 350 to 700", got)
	}
	_, end, ok := strings.Cut(l.Markdown, "\n## Try it\n")
	if !ok {
		t.Fatal("section Try it is missing")
	}
	_, end, ok = strings.Cut(end, "\n## Self check\n")
	if !ok {
		t.Fatal("section Self check is missing after Try it")
	}
	questions, answers, _ := strings.Cut(end, "\n### Answers\n")
	for part, text := range map[string]string{"questions": questions, "answers": answers} {
		if got := len(question.FindAllString(text, -1)); got != 3 {
			t.Errorf("got %d %s, want 3", got, part)
		}
	}
}

// checkGo accepts a whole file or a run of declarations.
func checkGo(t *testing.T, code string) {
	t.Helper()
	if !strings.HasPrefix(code, "package ") {
		code = "package sample\n\n" + code
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "lesson.go", code, parser.SkipObjectResolution); err != nil {
		t.Errorf("parse: %v\n%s", err, code)
		return
	}
	want, err := format.Source([]byte(code))
	if err != nil {
		t.Errorf("format: %v", err)
	} else if string(want) != code {
		t.Errorf("code is not formatted:\n%s", code)
	}
}

type block struct{ language, text string }

var fenced = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

func fences(markdown string) []block {
	var blocks []block
	for _, m := range fenced.FindAllStringSubmatch(markdown, -1) {
		blocks = append(blocks, block{language: m[1], text: m[2]})
	}
	return blocks
}

func lessonFile(title, track string, order int) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil,
		"---\ntitle: %s\ntrack: %s\ndifficulty: 2\norder: %d\nsummary: Short.\n---\n\n# %s\n\nText.\n", title, track, order, title)}
}

func TestRead(t *testing.T) {
	t.Parallel()

	t.Run("lessons come sorted by track and order", func(t *testing.T) {
		t.Parallel()
		lessons, err := read(fstest.MapFS{
			"b/02-four.md": lessonFile("Four", "b", 2),
			"b/01-zeta.md": lessonFile("Zeta", "b", 1),
			"a/01-two.md":  lessonFile("Two", "a", 1),
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lessons {
			got = append(got, l.Slug)
		}
		if want := []string{"two", "zeta", "four"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})

	t.Run("a slug used in two tracks is refused with both names", func(t *testing.T) {
		t.Parallel()
		_, err := read(fstest.MapFS{
			"a/01-same.md": lessonFile("One", "a", 1),
			"b/01-same.md": lessonFile("Two", "b", 1),
		})
		if err == nil || !strings.Contains(err.Error(), "a/01-same.md") || !strings.Contains(err.Error(), "b/01-same.md") {
			t.Errorf("got error %v, want one that names both files", err)
		}
	})

	t.Run("a broken lesson is reported with its path and nothing is returned", func(t *testing.T) {
		t.Parallel()
		lessons, err := read(fstest.MapFS{
			"a/01-good.md": lessonFile("Good", "a", 1),
			"a/02-bad.md":  {Data: []byte("no front matter")},
		})
		if err == nil || !strings.Contains(err.Error(), "a/02-bad.md") {
			t.Errorf("got error %v, want one that names a/02-bad.md", err)
		}
		if lessons != nil {
			t.Errorf("got %d lessons, want none", len(lessons))
		}
	})
}
