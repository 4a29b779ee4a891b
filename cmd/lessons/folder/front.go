package folder

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"lyceum/shared/domain/fault"
)

// front is the front matter of a file, with the line in the file of each of its fields.
type front struct {
	ID, Title, Track, Summary string
	Difficulty, Order         int
	Published                 bool
	lines                     map[string]int
}

// parseFront reads the lines between the fences, of which the first one is line 2 of the file. Its
// errors name line and field.
func parseFront(text []byte) (front, error) {
	f := front{Published: true, lines: map[string]int{}}
	var document yaml.Node
	if err := yaml.Load(text, &document); err != nil {
		return f, fmt.Errorf("front matter is not YAML, lines counted from the one after ---: %w", err)
	}
	if document.Kind == yaml.DocumentNode && len(document.Content) > 0 {
		document = *document.Content[0]
	}
	if document.Kind != yaml.MappingNode {
		return f, errors.New("line 2: front matter has no fields such as title: Pipes")
	}
	for i := 0; i+1 < len(document.Content); i += 2 {
		field, value := document.Content[i], document.Content[i+1]
		line := field.Line + 1
		if _, twice := f.lines[field.Value]; twice {
			return f, fmt.Errorf("line %d: %s: is there twice", line, field.Value)
		}
		f.lines[field.Value] = line
		if err := f.set(field.Value, value); err != nil {
			return f, fmt.Errorf("line %d: %s: %w", line, field.Value, err)
		}
	}
	return f, nil
}

func (f *front) set(field string, value *yaml.Node) (err error) {
	if value.Kind == yaml.AliasNode {
		value = value.Alias
	}
	if value.Kind != yaml.ScalarNode {
		return errors.New("must be one value")
	}
	text := value.Value
	if value.Tag == "!!null" {
		text = ""
	}
	switch field {
	case "id":
		f.ID = text
	case "title":
		f.Title = strings.TrimSpace(text)
	case "track":
		f.Track = text
	case "summary":
		f.Summary = text
	case "difficulty":
		f.Difficulty, err = whole(text)
	case "order":
		f.Order, err = whole(text)
	case "published":
		f.Published, err = truth(text)
	default:
		return errors.New("is not a field of a lesson: id, title, track, difficulty, order, summary, published")
	}
	return err
}

// whole reads 010 as ten, as whoever numbers files means it; in YAML 1.1 it would be eight.
func whole(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, errors.New("must be a whole number")
	}
	return n, nil
}

func truth(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "yes", "on", "":
		return true, nil
	case "false", "no", "off":
		return false, nil
	}
	return false, errors.New("must be true or false")
}

// at names line and field of each rule that a lesson breaks.
func (f front) at(err error) error {
	broken := fault.As(err)
	if err == nil || len(broken.Details) == 0 {
		return err
	}
	var all []string
	for _, d := range broken.Details {
		line, there := f.lines[d.Field]
		if !there {
			line = 1
		}
		all = append(all, fmt.Sprintf("line %d: %s: %s", line, d.Field, d.Message))
	}
	return errors.New(strings.Join(all, "; "))
}
