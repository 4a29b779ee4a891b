package main

import (
	"context"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// GetLesson shows one lesson with its body.
type GetLesson struct {
	Lessons domain.Lessons
	Content interface {
		// Get reads a body; domain.ErrNoContent when it is not there yet.
		Get(ctx context.Context, key string, limit int64) ([]byte, error)
	}
}

// In is the request.
type In struct {
	Caller   domain.Caller
	LessonID domain.LessonID `path:"id"`
}

// Out is the lesson.
type Out struct {
	Metadata Metadata `json:"metadata"`
	Content  string   `json:"content"`
}

// Metadata also tells what the content is.
type Metadata struct {
	httpapi.LessonView
	ContentType string `json:"contentType"` // text/markdown
}

// Do answers domain.ErrNoLesson for what does not exist or is not published.
func (g GetLesson) Do(ctx context.Context, in In) (Out, error) {
	lesson, err := g.Lessons.Lesson(ctx, in.LessonID)
	if err != nil {
		return Out{}, err
	}
	content, err := g.Content.Get(ctx, lesson.State().ContentKey, domain.MaxContentBytes)
	if err != nil {
		return Out{}, err
	}
	return Out{Metadata{httpapi.ViewLesson(lesson), lesson.State().ContentType}, string(content)}, nil
}
