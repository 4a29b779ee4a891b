package folder

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"time"

	"go.yaml.in/yaml/v4"

	"lyceum/shared/domain"
)

// SpaceFile is the file that says whose lessons a folder holds. The first import writes it; it
// stays with the folder, wherever that goes.
const SpaceFile = "lessons.yaml"

// Space is the name space of a folder: files of the same name in two folders are two lessons. The
// zero Space is that of lessons which were imported before there were any, and of the samples.
type Space struct {
	ID string `yaml:"space"` // a UUID
	// ByPath says that a file's id is made of its path alone, as it was before there were name spaces.
	ByPath bool `yaml:"byPath,omitempty"`
}

// NewSpace makes a name space that no other folder has.
func NewSpace(now time.Time, random io.Reader) (Space, error) {
	id, err := domain.NewID[Space](now, random)
	return Space{ID: id.String()}, err
}

// ReadSpace reads SpaceFile; known is false if there is none.
func ReadSpace(files fs.FS) (s Space, known bool, err error) {
	text, err := fs.ReadFile(files, SpaceFile)
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err == nil {
		err = yaml.Load(text, &s, yaml.WithKnownFields())
	}
	if err == nil {
		_, err = domain.ParseID[Space](s.ID)
	}
	if err != nil {
		return s, false, fmt.Errorf("%s: %w", SpaceFile, err)
	}
	return s, true, nil
}

// File is the text of SpaceFile.
func (s Space) File() []byte {
	text := fmt.Sprintf("# Whose lessons these are. Keep this file in the folder: without it they would be imported as new ones.\nspace: %s\n", s.ID)
	if s.ByPath {
		text += "byPath: true\n"
	}
	return []byte(text)
}

// idOf makes a lesson's id of its path, the same in every run.
func (s Space) idOf(name string) domain.LessonID {
	text := "lesson " + name
	if s.ID != "" && !s.ByPath {
		text += " of " + s.ID
	}
	random := rand.NewChaCha8(sha256.Sum256([]byte(text)))
	id, _ := domain.NewID[domain.Lesson](time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC), random) // it fails only if random does
	return id
}

// owns reports whether a stored lesson is the folder's, or nobody's: made by an editor, or imported
// before there were name spaces.
func (s Space) owns(stored domain.LessonState) bool {
	return stored.Space == s.ID || stored.Space == ""
}
