package main

import (
	"context"
	"errors"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetLesson shows one lesson with its content and its likes.
type GetLesson struct {
	Lessons domain.LessonViews
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

// Metadata also tells how the lesson is liked, and what the content is.
type Metadata struct {
	httpapi.LessonView
	httpapi.LikesView
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
	for missing := ""; ; {
		lesson, likes, err := g.lesson(ctx, in)
		if err != nil {
			return none, err
		}
		state, liked := lesson.State(), httpapi.ViewLikes(likes)
		answer := httpapi.Versioned{Version: state.Version, Also: liked.Tag()}
		switch {
		case in.IfNoneMatch.Has(answer):
			return answer, nil
		case missing != "" && missing == state.ContentKey:
			return none, domain.ErrNoContent
		}
		content, err := g.content(ctx, state.Content, source)
		if errors.Is(err, domain.ErrNoContent) {
			// Another content may have taken its place meanwhile, and this one have been deleted.
			missing = state.ContentKey
			continue
		}
		if err != nil {
			return none, err
		}
		out := Out{Metadata{httpapi.ViewLesson(lesson), liked, domain.HTML}, content}
		if source {
			out.Metadata.ContentType = state.ContentType
		}
		answer.View = out
		return answer, nil
	}
}

func (g GetLesson) lesson(ctx context.Context, in In) (*domain.Lesson, domain.Likes, error) {
	lesson, likes, err := g.Lessons.View(ctx, in.Caller.UserID, in.LessonID)
	if err == nil && !lesson.State().Published && !in.Caller.MayEdit() {
		err = domain.ErrNoLesson
	}
	return lesson, likes, err
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
