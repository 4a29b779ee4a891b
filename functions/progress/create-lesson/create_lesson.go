package main

import (
	"cmp"
	"context"
	"io"
	"time"

	"lyceum/shared/content"
	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
)

// CreateLesson makes a draft.
type CreateLesson struct {
	Lessons domain.LessonWriter
	Bodies  domain.BodyWriter
	Now     func() time.Time
	Random  io.Reader
}

// In is the request.
type In struct {
	Caller domain.Caller
	Body   struct {
		httpapi.LessonBody
		Content     *string `json:"content"`     // longer than 64 KiB: by put-lesson-content
		ContentType string  `json:"contentType"` // of the content; text/markdown if none is named
	}
}

// Do stores the content before the lesson, so a lesson always has it. Content whose lesson failed is found by nobody, unless the request had
// an Idempotency-Key and comes again: then it makes the same lesson.
func (c CreateLesson) Do(ctx context.Context, in In) (httpapi.Versioned, error) {
	var none httpapi.Versioned
	if err := in.Caller.MustBeEditor(); err != nil {
		return none, err
	}
	patch, err := in.Body.Patch()
	if err != nil {
		return none, err
	}
	now, random := httpapi.Once(ctx, c.Now(), c.Random)
	lesson, err := domain.NewLesson(patch.Draft(), now, random)
	if err != nil {
		return none, err
	}
	var fell []string
	if in.Body.Content != nil {
		source := content.Source{Type: cmp.Or(in.Body.ContentType, domain.Markdown), Bytes: []byte(*in.Body.Content)}
		var stored domain.Content
		stored, fell, err = content.Store(ctx, c.Bodies, lesson.State().ID, source, now, random)
		if err != nil {
			return none, err
		}
		lesson.SetContent(stored, now)
	}
	if err := c.Lessons.Create(ctx, lesson); err != nil {
		return none, err
	}
	return httpapi.Versioned{View: httpapi.CreatedLesson{LessonView: httpapi.ViewLesson(lesson), Dropped: fell}, Version: lesson.State().Version}, nil
}
