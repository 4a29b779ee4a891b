package folder

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"

	"golang.org/x/sync/errgroup"

	"lyceum/shared/content"
	"lyceum/shared/domain"
)

// Export writes every lesson, drafts too, as a file of its own. It replaces files of the same names and leaves others alone.
func (l Library) Export(ctx context.Context, to *os.Root, progress Progress) (int, error) {
	lessons, err := l.all(ctx)
	if err != nil {
		return 0, err
	}
	space, known, err := spaceFor(to, lessons)
	if err != nil {
		return 0, err
	}
	if !known && space.ID != "" {
		if err := to.WriteFile(SpaceFile, space.File(), 0o644); err != nil {
			return 0, err
		}
	}
	taken := map[string]bool{}
	return len(lessons), l.each(ctx, lessons, progress, func(ctx context.Context, s domain.LessonState) error {
		source, err := l.source(ctx, s)
		if err != nil {
			return err
		}
		name, text, err := Format(space, s, source)
		if err != nil {
			return err
		}
		if err := to.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		return to.WriteFile(name, text, 0o644)
	}, func(s *domain.LessonState) {
		if taken[s.Path] { // another lesson came from the same file, before that got an id of its own
			s.Path = ""
		}
		taken[s.Path] = s.Path != ""
	})
}

// spaceFor is the name space of the folder that is written to: its own, else the one of most
// lessons.
func spaceFor(to *os.Root, lessons []domain.LessonState) (most Space, known bool, err error) {
	if most, known, err = ReadSpace(to.FS()); known || err != nil {
		return most, known, err
	}
	count := map[Space]int{}
	for _, s := range lessons {
		if s.Path == "" || s.Space == "" {
			continue
		}
		space := Space{ID: s.Space, ByPath: s.ID == (Space{}).idOf(s.Path)}
		if count[space]++; count[space] > count[most] {
			most = space
		}
	}
	return most, false, nil
}

// Render makes the safe HTML of every lesson anew, as is needed when the rules for it have changed.
func (l Library) Render(ctx context.Context, progress Progress) (int, error) {
	lessons, err := l.all(ctx)
	if err != nil {
		return 0, err
	}
	lessons = slices.DeleteFunc(lessons, func(s domain.LessonState) bool { return s.ContentKey == "" })
	return len(lessons), l.each(ctx, lessons, progress, func(ctx context.Context, s domain.LessonState) error {
		source, err := l.source(ctx, s)
		if err != nil {
			return err
		}
		rendered, _, err := content.Store(ctx, l.Bodies, s.ID, content.Source{Type: s.ContentType, Bytes: source, Front: s.Front}, l.Now(), l.Random)
		if err != nil {
			return err
		}
		return l.Lessons.Change(ctx, []domain.LessonID{s.ID}, func(found []*domain.Lesson) error {
			if found[0] != nil && found[0].State().ContentKey == s.ContentKey { // else somebody has written another one
				found[0].SetContent(rendered, l.Now())
			}
			return nil
		})
	}, func(*domain.LessonState) {})
}

// all lists the whole catalogue.
func (l Library) all(ctx context.Context) (lessons []domain.LessonState, err error) {
	for _, drafts := range []bool{false, true} {
		page := domain.Page{Limit: 500}
		for more := true; more; more = page.After != "" {
			var some []*domain.Lesson
			if some, page.After, err = l.Lessons.List(ctx, domain.Shelf{Drafts: drafts}, page); err != nil {
				return nil, err
			}
			for _, lesson := range some {
				lessons = append(lessons, lesson.State())
			}
		}
	}
	return lessons, nil
}

// each does something for all lessons, some at once. first comes before that, one by one.
func (l Library) each(ctx context.Context, lessons []domain.LessonState, progress Progress,
	do func(context.Context, domain.LessonState) error, first func(*domain.LessonState)) error {
	done := 0
	for group := range slices.Chunk(lessons, domain.MaxChange) {
		some, ctx := errgroup.WithContext(ctx)
		some.SetLimit(atOnce)
		for _, s := range group {
			first(&s)
			some.Go(func() error {
				if err := do(ctx, s); err != nil {
					return fmt.Errorf("lesson %s: %w", s.ID, err)
				}
				return nil
			})
		}
		if err := some.Wait(); err != nil {
			return err
		}
		done += len(group)
		progress(done, len(lessons))
	}
	return nil
}

// source is what the author of a lesson wrote, front matter and all.
func (l Library) source(ctx context.Context, s domain.LessonState) ([]byte, error) {
	if s.ContentKey == "" {
		return nil, nil
	}
	return l.Bodies.Get(ctx, s.SourceKey(), domain.MaxFrontBytes+domain.MaxContentBytes)
}
