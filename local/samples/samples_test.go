package samples

import (
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"lyceum/cmd/lessons/folder"
)

// lesson is a sample with its place in the catalogue.
type lesson struct {
	Slug, Title, Track, Summary, Markdown string
	Difficulty, Order                     int
}

// all reads every sample, sorted by path and so by track and order, and holds paths and front matter to each other.
func all(t *testing.T) (lessons []lesson) {
	t.Helper()
	names, err := fs.Glob(Files, "*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := folder.Parse(folder.Space{}, name, []byte(strings.ReplaceAll(string(text), "\r\n", "\n"))) // as Git writes them on Windows
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		slug := strings.TrimSuffix(path.Base(name), ".md")[len("01-"):]
		body := string(f.Source.Bytes[f.Source.Front:])
		if want := fmt.Sprintf("%s/%02d-%s.md", f.Draft.Track, f.Draft.Order, slug); name != want || f.Draft.Summary == "" || !f.Published {
			t.Errorf("%s: its front matter says %s, published %v, summary %q", name, want, f.Published, f.Draft.Summary)
		}
		if !strings.HasPrefix(body, "# "+f.Draft.Title+"\n") {
			t.Errorf("%s does not begin with its title as a heading", name)
		}
		d := f.Draft
		lessons = append(lessons, lesson{slug, d.Title, d.Track.String(), d.Summary, body, d.Difficulty, d.Order})
	}
	return lessons
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	lessons := all(t)

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

func checkText(t *testing.T, l lesson) {
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
