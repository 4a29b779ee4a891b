package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lyceum/shared/content"
	"lyceum/shared/domain"
)

// aside are files that lie beside lessons, by their names without the end.
var aside = []string{"readme", "license", "licence", "contributing", "changelog", "code_of_conduct", "security", "authors"}

// candidates names the files that are lessons by their names. What begins with a dot is none, nor
// is a README.
func candidates(files fs.FS) (names []string, err error) {
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		base := path.Base(name)
		switch {
		case err != nil:
			return err
		case name != "." && strings.HasPrefix(base, ".") || base == "node_modules":
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || typeOf(name) == "" || slices.Contains(aside, strings.ToLower(strings.TrimSuffix(base, path.Ext(base)))):
			return nil
		}
		names = append(names, name)
		return nil
	})
	return names, err
}

// check reads all files once and names what is wrong with them: the file, the line and the field.
func check(files fs.FS, o Options, stored []domain.LessonState) (names []string, err error) {
	names, err = candidates(files)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("nothing was changed:\nthere are no lessons")
	}
	known := map[domain.LessonID]domain.LessonState{}
	for _, s := range stored {
		known[s.ID] = s
	}
	owner := map[domain.LessonID]string{}
	var bad []error
	for _, name := range names {
		f, err := load(files, o.Space, name)
		if err == nil {
			if other, taken := owner[f.Draft.ID]; taken {
				err = fmt.Errorf("%s: %s has the same id", name, other)
			}
			owner[f.Draft.ID] = name
		}
		if was, there := known[f.Draft.ID]; err == nil && there {
			err = f.mayReplace(domain.RestoreLesson(was), o)
		}
		if err == nil {
			err = f.render(known[f.Draft.ID], o)
		}
		if err != nil {
			bad = append(bad, err)
		}
	}
	if err := errors.Join(bad...); err != nil {
		return nil, fmt.Errorf("nothing was changed:\n%w", err)
	}
	return names, nil
}

// render tries to make HTML of a content that is new, and says what of it learners do not see.
func (f File) render(was domain.LessonState, o Options) error {
	if f.blank() || was.ContentHash == domain.HashContent(f.Source.Type, f.Source.Bytes) {
		return nil
	}
	fell, err := content.Check(f.Source)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Draft.Path, err)
	}
	if len(fell) > 0 && o.Say != nil {
		o.Say(fmt.Sprintf("%s: learners do not see %s", f.Draft.Path, strings.Join(fell, ", ")))
	}
	return nil
}

// mayReplace refuses to take a lesson of another folder over.
func (f File) mayReplace(lesson *domain.Lesson, o Options) error {
	if lesson == nil || o.Adopt || o.Space.owns(lesson.State()) {
		return nil
	}
	return fmt.Errorf("%s: lesson %s belongs to another folder, whose file is %s; take its id out of this file, or take the lesson over with --adopt",
		f.Draft.Path, f.Draft.ID, lesson.State().Path)
}

// orphans are the folder's lessons that it has no file of any more.
func orphans(files fs.FS, space Space, names []string, stored []domain.LessonState) (all []domain.LessonState, err error) {
	if space.ID == "" {
		return nil, nil
	}
	there := map[domain.LessonID]bool{}
	for _, name := range names {
		f, err := load(files, space, name)
		if err != nil {
			return nil, err
		}
		there[f.Draft.ID] = true
	}
	for _, s := range stored {
		if s.Space == space.ID && !there[s.ID] {
			all = append(all, s)
		}
	}
	return all, nil
}

// SpaceOf is the name space of a folder, and whether SpaceFile says so already. Lessons may have
// been made of the same paths before there were name spaces, and nobody knows whether they came
// from this folder: adopt says that they did, apart that they did not.
func (l Library) SpaceOf(ctx context.Context, files fs.FS, adopt, apart bool) (space Space, known bool, err error) {
	if space, known, err = ReadSpace(files); known || err != nil {
		return space, known, err
	}
	all, err := candidates(files)
	if err != nil {
		return space, false, err
	}
	stored, err := l.all(ctx)
	if err != nil {
		return space, false, err
	}
	var earlier []string
	for _, s := range stored {
		if s.Space == "" && s.Path != "" && s.ID == (Space{}).idOf(s.Path) && slices.Contains(all, s.Path) {
			earlier = append(earlier, s.Path)
		}
	}
	if len(earlier) > 0 && adopt == apart {
		return space, false, fmt.Errorf("nothing was changed:\n%d lessons, such as %s, were imported before from files of the same names: "+
			"say --adopt if those were this folder's, --apart if not", len(earlier), earlier[0])
	}
	space, err = NewSpace(l.Now(), l.Random)
	space.ByPath = len(earlier) > 0 && adopt
	return space, false, err
}

func load(files fs.FS, space Space, name string) (File, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return File{}, err
	}
	f, err := Parse(space, name, text)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}
