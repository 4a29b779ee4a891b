package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
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
type Result struct{ Made, Changed, Same int }

// atOnce is how many bodies travel at a time.
const atOnce = 8

// Import makes the catalogue say what the files say, and leaves lessons alone that no file speaks of. If a file is wrong it changes nothing.
// It works in groups, each one read and one transaction after its bodies; an import that was ended half-way is completed by the next,
// which finds the lessons made before and leaves them as they are.
func (l Library) Import(ctx context.Context, files fs.FS, progress Progress) (Result, error) {
	var all Result
	names, err := check(files)
	if err != nil {
		return all, err
	}
	done := 0
	for group := range slices.Chunk(names, domain.MaxChange-1) { // and one write for the counts
		read := make([]File, len(group))
		for i, name := range group {
			if read[i], err = load(files, name); err != nil {
				return all, err
			}
		}
		some, err := l.put(ctx, read)
		if err != nil {
			return all, fmt.Errorf("%d of %d lessons are done, run it again to go on: %w", done, len(names), err)
		}
		all = Result{all.Made + some.Made, all.Changed + some.Changed, all.Same + some.Same}
		done += len(group)
		progress(done, len(names))
	}
	return all, nil
}

// check reads all files once and names what is wrong with them.
func check(files fs.FS) (names []string, err error) {
	owner := map[domain.LessonID]string{}
	var bad []error
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || types[path.Ext(name)] == "" {
			return err
		}
		f, err := load(files, name)
		if err != nil {
			bad = append(bad, err)
			return nil
		}
		if other, taken := owner[f.Draft.ID]; taken {
			bad = append(bad, fmt.Errorf("%s: %s has the same id", name, other))
		}
		owner[f.Draft.ID] = name
		names = append(names, name)
		return nil
	})
	if len(names)+len(bad) == 0 && err == nil {
		err = errors.New("there are no lessons")
	}
	if err = errors.Join(append(bad, err)...); err != nil {
		return nil, fmt.Errorf("nothing was changed:\n%w", err)
	}
	return names, nil
}

func load(files fs.FS, name string) (File, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return File{}, err
	}
	f, err := Parse(name, text)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// put brings up to domain.MaxChange-1 files into the catalogue.
func (l Library) put(ctx context.Context, files []File) (Result, error) {
	var result Result
	ids := make([]domain.LessonID, len(files))
	for i, f := range files {
		ids[i] = f.Draft.ID
	}
	stored, replaced := make([]domain.Content, len(files)), make([]domain.Content, len(files))
	err := l.Lessons.Change(ctx, ids, func(lessons []*domain.Lesson) error {
		if err := l.store(ctx, files, lessons, stored); err != nil {
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
		return nil
	})
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
			Title: &d.Title, Summary: &d.Summary, Track: &d.Track, Difficulty: &d.Difficulty, Order: &d.Order, Path: &d.Path,
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
func (l Library) store(ctx context.Context, files []File, lessons []*domain.Lesson, stored []domain.Content) error {
	some, ctx := errgroup.WithContext(ctx)
	some.SetLimit(atOnce)
	for i, f := range files {
		hash := domain.HashContent(f.Source.Type, f.Source.Bytes)
		if f.blank() || stored[i].ContentKey != "" || lessons[i] != nil && lessons[i].State().ContentHash == hash {
			continue
		}
		some.Go(func() (err error) {
			stored[i], _, err = content.Store(ctx, l.Bodies, f.Draft.ID, f.Source, l.Now(), l.Random)
			return err
		})
	}
	return some.Wait()
}
