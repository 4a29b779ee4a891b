package main

import (
	"context"
	"errors"

	"lyceum/shared/domain"
)

// CountEvent counts what happens on the platform, by day, kind and track.
type CountEvent struct {
	Analytics domain.Analytics
	Lessons   domain.Lessons
}

// Do counts an event once, however often it comes. An event of a lesson that was deleted counts for
// no track.
func (c CountEvent) Do(ctx context.Context, event domain.Event) error {
	track, err := c.trackOf(ctx, event)
	if err != nil {
		return err
	}
	return c.Analytics.Count(ctx, event, track)
}

func (c CountEvent) trackOf(ctx context.Context, event domain.Event) (domain.Track, error) {
	if named := event.Data["track"]; named != "" {
		return domain.ParseTrack(named)
	}
	id, err := domain.ParseID[domain.Lesson](event.Data["lessonId"])
	if err != nil {
		return domain.Track{}, nil // it is about no lesson
	}
	lesson, err := c.Lessons.Lesson(ctx, id)
	if errors.Is(err, domain.ErrNoLesson) {
		return domain.Track{}, nil
	}
	if err != nil {
		return domain.Track{}, err
	}
	return lesson.State().Track, nil
}
