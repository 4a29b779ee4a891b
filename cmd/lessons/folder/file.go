// Package folder keeps lessons as files: Markdown or HTML with front matter in YAML, one lesson each. It brings a folder of them into the
// catalogue and back, byte for byte.
package folder

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"lyceum/shared/content"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

var errID = fault.New(fault.Invalid, "lesson.front_id_invalid", "must be a UUID of version 7 in lower case")

// File is a lesson as a file.
type File struct {
	Draft     domain.LessonDraft // with its id and path
	Published bool
	Source    content.Source
}

// types of content by the ends of files' names, in lower case.
var types = map[string]string{".md": domain.Markdown, ".markdown": domain.Markdown, ".html": domain.HTML, ".htm": domain.HTML}

// typeOf is the type of content of a file, "" for one that is not a lesson.
func typeOf(name string) string { return types[strings.ToLower(path.Ext(name))] }

// frontMatter is what Format writes.
type frontMatter struct {
	ID         string `yaml:"id,omitempty"`
	Title      string `yaml:"title"`
	Track      string `yaml:"track"`
	Difficulty int    `yaml:"difficulty"`
	Order      int    `yaml:"order"`
	Summary    string `yaml:"summary,omitempty"`
	Published  *bool  `yaml:"published,omitempty"` // if none, true
}

// Parse reads a file of the folder with that name space; name is its path in the folder, with
// slashes. Errors name line and field.
func Parse(space Space, name string, text []byte) (File, error) {
	between, begin, err := split(text)
	if err != nil {
		return File{}, err
	}
	meta, err := parseFront(between)
	if err != nil {
		return File{}, err
	}
	track, err := domain.ParseTrack(meta.Track)
	if err != nil {
		return File{}, meta.at(fault.InField("track", domain.ErrTrack))
	}
	id := space.idOf(name)
	if meta.ID != "" {
		if id, err = domain.ParseID[domain.Lesson](meta.ID); err != nil {
			return File{}, meta.at(fault.InField("id", errID))
		}
	}
	f := File{
		Draft: domain.LessonDraft{
			ID: id, Title: meta.Title, Summary: meta.Summary, Track: track, Difficulty: meta.Difficulty, Order: meta.Order, Path: name, Space: space.ID,
		},
		Published: meta.Published,
		Source:    content.Source{Type: typeOf(name), Bytes: text, Front: begin},
	}
	return f, meta.at(f.check())
}

// check holds a file to the rules of lessons.
func (f File) check() error {
	body := f.Source.Bytes[f.Source.Front:]
	switch {
	case f.Source.Type == "":
		return errors.New("the name must end with .md, .markdown, .html or .htm")
	case len(f.Draft.Path) > 512:
		return errors.New("the path is longer than 512 bytes")
	case f.Published && f.blank():
		return errors.New("it is published and has no content")
	case len(body) > domain.MaxContentBytes || f.Source.Front > domain.MaxFrontBytes:
		return fmt.Errorf("the content is larger than %d bytes, or the front matter than %d", domain.MaxContentBytes, domain.MaxFrontBytes)
	}
	_, err := domain.NewLesson(f.Draft, time.Time{}, nil)
	return err
}

// blank tells whether the lesson has no content yet.
func (f File) blank() bool { return len(bytes.TrimSpace(f.Source.Bytes[f.Source.Front:])) == 0 }

// bom is what some editors begin a file of UTF-8 with.
var bom = []byte("\ufeff")

// split finds the front matter, between two lines of three hyphens, and where the content begins after it and blank lines. Lines end as
// they like; blanks behind the hyphens and a byte order mark do not matter.
func split(text []byte) (front []byte, begin int, err error) {
	at := 0
	for line := range bytes.Lines(text) {
		seen := line
		if at == 0 {
			seen = bytes.TrimPrefix(line, bom)
		}
		fence := string(bytes.TrimRight(seen, " \t\r\n")) == "---"
		switch {
		case at == 0 && !fence:
			return nil, 0, errors.New("line 1: it does not begin with front matter, between two lines of ---")
		case at > 0 && fence:
			begin = at + len(line)
			body := bytes.TrimLeft(text[begin:], "\r\n")
			_, front, _ = bytes.Cut(text[:at], []byte("\n"))
			return front, len(text) - len(body), nil
		}
		at += len(line)
	}
	return nil, 0, errors.New("line 1: its front matter has no end, a line of ---")
}

// Format is the file of a lesson in a folder with that name space: the one that it was imported
// from, as long as that says what the catalogue says; else a new one, with its id.
func Format(space Space, s domain.LessonState, source []byte) (name string, text []byte, err error) {
	if s.Path != "" {
		if f, err := Parse(space, s.Path, source); err == nil && f.says(s) {
			return s.Path, source, nil
		}
	}
	meta := frontMatter{ID: s.ID.String(), Title: s.Title, Track: s.Track.String(), Difficulty: s.Difficulty, Order: s.Order, Summary: s.Summary}
	if !s.Published {
		meta.Published = &s.Published
	}
	front, err := yaml.Dump(meta)
	if err != nil {
		return "", nil, err
	}
	body := source[min(s.Front, len(source)):]
	return nameOf(s), fmt.Appendf(nil, "---\n%s---\n\n%s", front, body), nil
}

// nameOf is the path of a lesson's file.
func nameOf(s domain.LessonState) string {
	if s.Path != "" && typeOf(s.Path) == s.ContentType {
		return s.Path
	}
	end := ".md"
	if s.ContentType == domain.HTML {
		end = ".html"
	}
	return s.Track.String() + "/" + s.ID.String() + end
}

// says tells whether the file and the catalogue say the same of a lesson.
func (f File) says(s domain.LessonState) bool {
	return f.Published == s.Published && f.Draft == domain.LessonDraft{
		ID: s.ID, Title: s.Title, Summary: s.Summary, Track: s.Track, Difficulty: s.Difficulty, Order: s.Order, Path: s.Path, Space: s.Space,
	}
}
