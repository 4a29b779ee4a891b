// Package folder keeps lessons as files: Markdown or HTML with front matter in YAML, one lesson each. It brings a folder of them into the
// catalogue and back, byte for byte.
package folder

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"lyceum/shared/content"
	"lyceum/shared/domain"
)

// File is a lesson as a file.
type File struct {
	Draft     domain.LessonDraft // with its id and path
	Published bool
	Source    content.Source
}

// types of content by the ends of files' names.
var types = map[string]string{".md": domain.Markdown, ".html": domain.HTML}

type frontMatter struct {
	ID         string `yaml:"id,omitempty"` // if none, it is made of the path
	Title      string `yaml:"title"`
	Track      string `yaml:"track"`
	Difficulty int    `yaml:"difficulty"`
	Order      int    `yaml:"order"`
	Summary    string `yaml:"summary,omitempty"`
	Published  *bool  `yaml:"published,omitempty"` // if none, true
}

// Parse reads a file; name is its path in the folder, with slashes.
func Parse(name string, text []byte) (File, error) {
	front, begin, err := split(text)
	if err != nil {
		return File{}, err
	}
	var meta frontMatter
	if err := yaml.Load(front, &meta, yaml.WithKnownFields()); err != nil {
		return File{}, fmt.Errorf("front matter: %w", err)
	}
	track, err := domain.ParseTrack(meta.Track)
	if err != nil {
		return File{}, fmt.Errorf("front matter: track %s", domain.ErrTrack.Message)
	}
	id := idOf(name)
	if meta.ID != "" {
		if id, err = domain.ParseID[domain.Lesson](meta.ID); err != nil {
			return File{}, errors.New("front matter: id must be a UUID of version 7 in lower case")
		}
	}
	f := File{
		Draft: domain.LessonDraft{
			ID: id, Title: strings.TrimSpace(meta.Title), Summary: meta.Summary, Track: track, Difficulty: meta.Difficulty, Order: meta.Order, Path: name,
		},
		Published: meta.Published == nil || *meta.Published,
		Source:    content.Source{Type: types[path.Ext(name)], Bytes: text, Front: begin},
	}
	return f, f.check()
}

// check holds a file to the rules of lessons.
func (f File) check() error {
	body := f.Source.Bytes[f.Source.Front:]
	switch {
	case f.Source.Type == "":
		return errors.New("the name must end with .md or .html")
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

// split finds the front matter, between two lines of three hyphens, and where the content begins after it and blank lines. Lines end as
// they like.
func split(text []byte) (front []byte, begin int, err error) {
	at := 0
	for line := range bytes.Lines(text) {
		fence := string(bytes.TrimRight(line, "\r\n")) == "---"
		switch {
		case at == 0 && !fence:
			return nil, 0, errors.New("it does not begin with front matter")
		case at > 0 && fence:
			begin = at + len(line)
			body := bytes.TrimLeft(text[begin:], "\r\n")
			_, front, _ = bytes.Cut(text[:at], []byte("\n"))
			return front, len(text) - len(body), nil
		}
		at += len(line)
	}
	return nil, 0, errors.New("its front matter has no end")
}

// idOf makes a lesson's id of its path, the same in every run.
func idOf(name string) domain.LessonID {
	random := rand.NewChaCha8(sha256.Sum256([]byte("lesson " + name)))
	id, _ := domain.NewID[domain.Lesson](time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC), random) // it fails only if random does
	return id
}

// Format is the file of a lesson: the one that it was imported from, as long as that says what the catalogue says; else a new one.
func Format(s domain.LessonState, source []byte) (name string, text []byte, err error) {
	if s.Path != "" {
		if f, err := Parse(s.Path, source); err == nil && f.says(s) {
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
	if s.Path != "" && types[path.Ext(s.Path)] == s.ContentType {
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
		ID: s.ID, Title: s.Title, Summary: s.Summary, Track: s.Track, Difficulty: s.Difficulty, Order: s.Order, Path: s.Path,
	}
}
