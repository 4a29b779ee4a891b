package main

import (
	"context"
	"errors"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetLesson shows one lesson with its content.
type GetLesson struct {
	Lessons domain.AllLessons
	Bodies  domain.Bodies
}

// In is the request.
type In struct {
	Caller      domain.Caller
	LessonID    domain.LessonID `path:"id"`
	Source      string          `query:"source"` // "true": what the author wrote, for editors
	IfNoneMatch httpapi.IfNoneMatch
}

// Out is the lesson.
type Out struct {
	Metadata Metadata `json:"metadata"`
	Content  string   `json:"content"` // safe HTML, or the source; "" for a draft that has none yet
}

// Metadata also tells what the content is.
type Metadata struct {
	httpapi.LessonView
	ContentType string `json:"contentType"` // text/html; of a source also text/markdown
}

// Do answers domain.ErrNoLesson for what does not exist, and for a draft to others than editors.
func (g GetLesson) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	source := in.Source == "true"
	if source {
		if err := in.Caller.MustBeEditor(); err != nil {
			return none, err
		}
	}
	lesson, err := g.lesson(ctx, in)
	if err != nil {
		return none, err
	}
	if in.IfNoneMatch.Has(lesson.Version) {
		return httpapi.Versioned{Version: lesson.Version}, nil
	}
	content, err := g.content(ctx, lesson.Content, source)
	if errors.Is(err, domain.ErrNoContent) {
		// Another content may have taken its place meanwhile, and this one have been deleted.
		read := lesson.ContentKey
		if lesson, err = g.lesson(ctx, in); err != nil {
			return none, err
		}
		if lesson.ContentKey == read {
			return none, domain.ErrNoContent
		}
		content, err = g.content(ctx, lesson.Content, source)
	}
	if err != nil {
		return none, err
	}
	out := Out{Metadata{httpapi.ViewLesson(domain.RestoreLesson(lesson)), domain.HTML}, content}
	if source {
		out.Metadata.ContentType = lesson.ContentType
	}
	return httpapi.Versioned{View: out, Version: lesson.Version}, nil
}

func (g GetLesson) lesson(ctx context.Context, in In) (domain.LessonState, error) {
	lesson, err := g.Lessons.AnyLesson(ctx, in.LessonID)
	if err != nil {
		return domain.LessonState{}, err
	}
	if !lesson.State().Published && !in.Caller.MayEdit() {
		return domain.LessonState{}, domain.ErrNoLesson
	}
	return lesson.State(), nil
}

func (g GetLesson) content(ctx context.Context, c domain.Content, source bool) (string, error) {
	switch {
	case c.ContentKey == "":
		return "", nil
	case source:
		text, err := g.Bodies.Get(ctx, c.SourceKey(), domain.MaxFrontBytes+domain.MaxContentBytes)
		return string(text[min(c.Front, len(text)):]), err
	}
	html, err := g.Bodies.Get(ctx, c.ContentKey, domain.MaxHTMLBytes)
	return string(html), err
}
