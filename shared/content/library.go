package content

import (
	"context"
	"io"
	"path"
	"strings"
	"time"

	"lyceum/shared/domain"
)

// Source is what an author wrote.
type Source struct {
	Type  string // domain.Markdown or domain.HTML
	Bytes []byte
	Front int // bytes of front matter at the beginning of Bytes, which are kept but not shown
}

// Check tries to render a source, and names what would fall away.
func Check(s Source) (fell []string, err error) {
	_, fell, err = render(s.Type, s.Bytes[s.Front:])
	return fell, err
}

// Store renders a source, and keeps both under fresh keys. A lesson shows it when its Content is
// set to what Store returns. It names what fell away because learners' browsers are not to run or
// load it.
func Store(ctx context.Context, bodies domain.BodyWriter, lesson domain.LessonID, s Source, now time.Time, random io.Reader) (stored domain.Content, fell []string, err error) {
	if s.Type != domain.Markdown && s.Type != domain.HTML {
		return domain.Content{}, nil, domain.ErrContentType
	}
	safe, fell, err := render(s.Type, s.Bytes[s.Front:])
	if err != nil {
		return domain.Content{}, nil, err
	}
	c, err := domain.NewContent(lesson, s.Type, s.Bytes, s.Front, now, random)
	if err != nil {
		return domain.Content{}, nil, err
	}
	if err := bodies.Put(ctx, c.SourceKey(), s.Type+"; charset=utf-8", s.Bytes); err != nil {
		return domain.Content{}, nil, err
	}
	return c, fell, bodies.Put(ctx, c.ContentKey, domain.HTML+"; charset=utf-8", safe)
}

// Kept is how long a content stays after the next one was written: far longer than a reader holds on to its key.
const Kept = time.Hour

// Prune deletes what a lesson contained before and does not need: each content whose successor is older than Kept, but for those named.
// Nothing depends on it: what it leaves, for an error too, the next one finds.
func Prune(ctx context.Context, bodies domain.BodyWriter, lesson domain.LessonID, now time.Time, keep ...domain.Content) error {
	keys, err := bodies.Keys(ctx, domain.ContentPrefix(lesson))
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, c := range keep {
		needed[c.ContentKey] = true
	}
	var old []string
	next := now // when the successor was written
	for i := len(keys) - 1; i >= 0; i-- {
		body := strings.TrimSuffix(keys[i], ".source")
		if !needed[body] && now.Sub(next) > Kept {
			old = append(old, keys[i])
		}
		if i > 0 && strings.TrimSuffix(keys[i-1], ".source") != body {
			next = written(body)
		}
	}
	if len(old) == 0 {
		return nil
	}
	return bodies.Delete(ctx, old)
}

// written is when a content was, as its key says; a key that does not is of long ago.
func written(key string) time.Time {
	id, err := domain.ParseID[domain.Content](path.Base(key))
	if err != nil {
		return time.Time{}
	}
	return id.Time()
}

// Drop deletes all that a lesson ever contained, but for what was written after then.
func Drop(ctx context.Context, bodies domain.BodyWriter, lesson domain.LessonID, then time.Time) error {
	keys, err := bodies.Keys(ctx, domain.ContentPrefix(lesson))
	if err != nil {
		return err
	}
	var old []string
	for _, key := range keys {
		if !written(strings.TrimSuffix(key, ".source")).After(then) {
			old = append(old, key)
		}
	}
	if len(old) == 0 {
		return nil
	}
	return bodies.Delete(ctx, old)
}
