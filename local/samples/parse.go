package samples

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

const fence = "---\n"

var fileName = regexp.MustCompile(`^([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)\.md$`)

type frontMatter struct {
	Title      string `yaml:"title"`
	Track      string `yaml:"track"`
	Difficulty int    `yaml:"difficulty"`
	Order      int    `yaml:"order"`
	Summary    string `yaml:"summary"`
}

// parse reads one lesson. What the path says (track, order) and what the front matter says must agree. Line ends may
// be those of Windows, as Git writes them there.
func parse(name string, text []byte) (Lesson, error) {
	parts := fileName.FindStringSubmatch(path.Base(name))
	if parts == nil {
		return Lesson{}, errors.New("file name is not <two digits>-<slug>.md")
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		return Lesson{}, err
	}
	meta, body, err := split(strings.ReplaceAll(string(text), "\r\n", "\n"))
	if err != nil {
		return Lesson{}, err
	}
	var front frontMatter
	if err := yaml.Load([]byte(meta), &front, yaml.WithKnownFields()); err != nil {
		return Lesson{}, fmt.Errorf("front matter: %w", err)
	}
	if err := front.check(path.Dir(name), number); err != nil {
		return Lesson{}, fmt.Errorf("front matter: %w", err)
	}
	if !strings.HasPrefix(body, "# "+front.Title+"\n") {
		return Lesson{}, errors.New("body does not begin with the title as its heading")
	}
	return Lesson{
		Slug:       parts[2],
		Title:      front.Title,
		Track:      front.Track,
		Summary:    front.Summary,
		Difficulty: front.Difficulty,
		Order:      front.Order,
		Markdown:   body,
	}, nil
}

// split cuts the front matter from the body and the blank lines between them.
func split(text string) (meta, body string, err error) {
	rest, ok := strings.CutPrefix(text, fence)
	if !ok {
		return "", "", errors.New("file does not begin with front matter")
	}
	meta, body, ok = strings.Cut(rest, "\n"+fence)
	if !ok {
		return "", "", errors.New("front matter is not closed")
	}
	return meta, strings.TrimLeft(body, "\n"), nil
}

func (f frontMatter) check(track string, number int) error {
	switch {
	case f.Title == "":
		return errors.New("title is missing")
	case f.Summary == "":
		return errors.New("summary is missing")
	case f.Track != track:
		return fmt.Errorf("track is %q, the folder is %q", f.Track, track)
	case f.Order != number || number == 0:
		return fmt.Errorf("order is %d, the file name says %d; both count from 1", f.Order, number)
	case f.Difficulty < 1 || f.Difficulty > 5:
		return fmt.Errorf("difficulty is %d, not 1 to 5", f.Difficulty)
	}
	return nil
}
