// Package samples holds the lessons a new installation starts with: short courses on Go on Lambda, DynamoDB and
// running services. They are Markdown files at <track>/<two digits>-<slug>.md with YAML front matter, built into the
// binary, so reading them needs no files at run time.
package samples

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"slices"
)

//go:embed */*.md
var files embed.FS

// Lesson is one sample lesson.
type Lesson struct {
	Slug       string // unique in the catalogue, from the file name: "first-function" for 01-first-function.md
	Title      string // also the text of the heading that opens Markdown
	Track      string // the folder the file lies in
	Summary    string // one or two sentences of plain text
	Difficulty int    // 1 (no prior knowledge) to 5; never falls within a track
	Order      int    // place in the track, counted from 1; also the number in the file name
	Markdown   string // body without the front matter: CommonMark with tables
}

// All returns every lesson sorted by track, then order. The error names the file at fault; the lessons are then nil.
func All() ([]Lesson, error) {
	return read(files)
}

func read(fsys fs.FS) ([]Lesson, error) {
	paths, err := fs.Glob(fsys, "*/*.md")
	if err != nil {
		return nil, fmt.Errorf("list sample lessons: %w", err)
	}
	lessons := make([]Lesson, 0, len(paths))
	seen := make(map[string]string, len(paths))
	for _, name := range paths {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read sample lesson: %w", err)
		}
		lesson, err := parse(name, text)
		if err != nil {
			return nil, fmt.Errorf("sample lesson %s: %w", name, err)
		}
		if other, ok := seen[lesson.Slug]; ok {
			return nil, fmt.Errorf("sample lesson %s: slug %q is already that of %s", name, lesson.Slug, other)
		}
		seen[lesson.Slug] = name
		lessons = append(lessons, lesson)
	}
	slices.SortFunc(lessons, func(a, b Lesson) int {
		return cmp.Or(cmp.Compare(a.Track, b.Track), cmp.Compare(a.Order, b.Order))
	})
	return lessons, nil
}
