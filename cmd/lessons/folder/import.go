package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"lyceum/shared/content"
	"lyceum/shared/domain"
)

// Library is where lessons are kept.
type Library struct {
	Lessons interface {
		domain.LessonChanges
		domain.Catalogue
	}
	Bodies interface {
		domain.Bodies
		domain.BodyWriter
	}
	Now    func() time.Time
	Random io.Reader
}

// Progress is told how many of how many are done.
type Progress func(done, of int)

// Result is what came of an import.
type Result struct {
	Made, Changed, Same int
	Orphans             []domain.LessonState // the folder's lessons in the catalogue that it has no file of any more
}

// Options say how to import.
type Options struct {
	Space  Space
	Adopt  bool // take over lessons of other folders whose ids files name
	DryRun bool // say what would be done
	Prune  bool // delete orphans
	// Begin runs once the files are known to be good, before the first write.
	Begin func() error
	// Say tells of what is left out: a file, or parts of a lesson that learners do not see.
	Say func(line string)
}

// atOnce is how many bodies travel at a time.
const atOnce = 8

// Import makes the catalogue say what the files say, and leaves lessons alone that no file speaks of. If a file is wrong it changes nothing.
// It works in groups, each one read and one transaction after its bodies; an import that was ended half-way is completed by the next,
// which finds the lessons made before and leaves them as they are.
func (l Library) Import(ctx context.Context, files fs.FS, o Options, progress Progress) (Result, error) {
	var all Result
	stored, err := l.all(ctx)
	if err != nil {
		return all, err
	}
	names, err := check(files, o, stored)
	if err != nil {
		return all, err
	}
	if all.Orphans, err = orphans(files, o.Space, names, stored); err != nil {
		return all, err
	}
	if o.Begin != nil && !o.DryRun {
		if err := o.Begin(); err != nil {
			return all, err
		}
	}
	done := 0
	for group := range slices.Chunk(names, domain.MaxChange-2) { // and writes for the counts and the event
		read := make([]File, len(group))
		for i, name := range group {
			if read[i], err = load(files, o.Space, name); err != nil {
				return all, err
			}
		}
		some, err := l.put(ctx, read, o)
		if err != nil {
			return all, fmt.Errorf("%d of %d lessons are done, run it again to go on: %w", done, len(names), err)
		}
		all.Made, all.Changed, all.Same = all.Made+some.Made, all.Changed+some.Changed, all.Same+some.Same
		done += len(group)
		progress(done, len(names))
	}
	if o.Prune && !o.DryRun {
		return all, l.prune(ctx, all.Orphans, o.Space)
	}
	return all, nil
}

// prune deletes lessons of the folder.
func (l Library) prune(ctx context.Context, lessons []domain.LessonState, space Space) error {
	for group := range slices.Chunk(lessons, domain.MaxChange-2) {
		ids := make([]domain.LessonID, len(group))
		for i, s := range group {
			ids[i] = s.ID
		}
		if err := l.Lessons.Change(ctx, ids, func(found []*domain.Lesson) error {
			for i := range found {
				if found[i] != nil && found[i].State().Space == space.ID {
					found[i] = nil
				}
			}
			return nil
		}); err != nil {
			return err
		}
		for _, id := range ids {
			if err := content.Drop(ctx, l.Bodies, id, l.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// errDry ends a change that is not to be saved.
var errDry = errors.New("dry run")

// put brings up to domain.MaxChange-2 files into the catalogue.
func (l Library) put(ctx context.Context, files []File, o Options) (Result, error) {
	var result Result
	ids := make([]domain.LessonID, len(files))
	for i, f := range files {
		ids[i] = f.Draft.ID
	}
	stored, replaced := make([]domain.Content, len(files)), make([]domain.Content, len(files))
	err := l.Lessons.Change(ctx, ids, func(lessons []*domain.Lesson) error {
		for i, f := range files {
			if err := f.mayReplace(lessons[i], o); err != nil {
				return err
			}
		}
		if err := l.store(ctx, files, lessons, stored, o.DryRun); err != nil {
			return err
		}
		result = Result{}
		for i, f := range files {
			before := 0
			if lessons[i] != nil {
				before, replaced[i] = lessons[i].State().Version, lessons[i].State().Content
			}
			lesson, err := f.apply(lessons[i], stored[i], l.Now())
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w", f.Draft.Path, err)
			case before == 0:
				result.Made++
			case before != lesson.State().Version:
				result.Changed++
			default:
				result.Same++
			}
			lessons[i] = lesson
		}
		if o.DryRun {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		return result, nil
	}
	if err != nil {
		return result, err
	}
	for i, old := range replaced {
		if stored[i].ContentKey != "" && old.ContentKey != "" {
			if err := content.Prune(ctx, l.Bodies, ids[i], l.Now(), stored[i], old); err != nil {
				return result, err
			}
		}
	}
	return result, nil
}

// apply makes a lesson say what the file says; nil is none yet.
func (f File) apply(lesson *domain.Lesson, stored domain.Content, now time.Time) (*domain.Lesson, error) {
	d := f.Draft
	var err error
	if lesson == nil {
		lesson, err = domain.NewLesson(d, now, nil)
	} else {
		err = lesson.Edit(domain.LessonPatch{
			Title: &d.Title, Summary: &d.Summary, Track: &d.Track, Difficulty: &d.Difficulty, Order: &d.Order, Path: &d.Path, Space: &d.Space,
		}, now)
	}
	if err != nil {
		return nil, err
	}
	if stored.ContentKey != "" {
		lesson.SetContent(stored, now)
	}
	return lesson, lesson.Publish(f.Published, now)
}

// store keeps the contents that lessons do not have yet, once each.
func (l Library) store(ctx context.Context, files []File, lessons []*domain.Lesson, stored []domain.Content, dry bool) error {
	some, ctx := errgroup.WithContext(ctx)
	some.SetLimit(atOnce)
	for i, f := range files {
		hash := domain.HashContent(f.Source.Type, f.Source.Bytes)
		if f.blank() || stored[i].ContentKey != "" || lessons[i] != nil && lessons[i].State().ContentHash == hash {
			continue
		}
		if dry {
			stored[i] = domain.Content{ContentKey: "dry run", ContentType: f.Source.Type, ContentHash: hash, Front: f.Source.Front}
			continue
		}
		some.Go(func() (err error) {
			if stored[i], _, err = content.Store(ctx, l.Bodies, f.Draft.ID, f.Source, l.Now(), l.Random); err != nil {
				return fmt.Errorf("%s: %w", f.Draft.Path, err)
			}
			return nil
		})
	}
	return some.Wait()
}
