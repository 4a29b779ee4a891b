package template

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxFile is what CloudFormation takes from S3, in bytes ("CloudFormation quotas").
const maxFile = 1 << 20

// read returns the file's content.
func read(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("cannot be opened: %w", bare(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", bare(err))
	case len(data) > maxFile:
		return nil, fmt.Errorf("the file is larger than %d bytes, more than CloudFormation takes; is it a template?", maxFile)
	}
	return data, nil
}

// bare takes away the path, which the message begins with.
func bare(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}

// parse returns the template's root, a mapping, after checking all that must be true of any node. It returns nil when
// there is nothing to go on with.
func (l *loader) parse(data []byte) *yaml.Node {
	var document yaml.Node
	err := yaml.Load(data, &document)
	switch {
	case document.Kind == 0 && err == nil, strings.TrimSpace(string(data)) == "":
		l.failf(1, "the file is empty")
	case err != nil:
		line, text := yamlProblem(err)
		l.failf(line, "not YAML: %s", text)
	case document.Content[0].Kind != yaml.MappingNode || document.Content[0].Tag != "!!map":
		l.failf(document.Content[0].Line, "not a template: a mapping with Resources is expected")
	default:
		l.check(document.Content[0])
		if len(l.problems) == 0 {
			return document.Content[0]
		}
	}
	return nil
}

// yamlProblem returns the line and the library's words without its notation of positions.
func yamlProblem(err error) (line int, text string) {
	loadError, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return 1, err.Error()
	}
	line, text = 1, strings.TrimPrefix(loadError.Message, "yaml: ")
	if found := position.FindStringSubmatch(loadError.Mark.String()); found != nil {
		line, _ = strconv.Atoi(found[1])
	}
	return line, text
}

var position = regexp.MustCompile(`^line (\d+)`)

// check refuses what CloudFormation does not take in YAML: aliases, merges, null and tags of YAML's own beyond plain
// values ("CloudFormation template formats"), and keys given twice, of which it would use one silently.
func (l *loader) check(n *yaml.Node) {
	switch {
	case n.Kind == yaml.AliasNode:
		l.failf(n.Line, "CloudFormation takes no YAML aliases (*%s): write the value out", n.Value)
		return
	case n.Anchor != "":
		l.failf(n.Line, "CloudFormation takes no YAML anchors (&%s): write the value out where it is used", n.Anchor)
	case n.Tag == "!!null":
		l.failf(n.Line, "CloudFormation takes no null: write a value, or leave the key out")
	case strings.HasPrefix(n.Tag, "!!") && !plainTags[n.Tag], strings.HasPrefix(n.Tag, "tag:"):
		l.failf(n.Line, "CloudFormation takes no values of the type %s", n.Tag)
	}
	if n.Kind != yaml.MappingNode {
		for _, child := range n.Content {
			l.check(child)
		}
		return
	}
	lines := map[string]int{}
	for key, child := range pairs(n) {
		if key.Kind != yaml.ScalarNode || strings.HasPrefix(key.Tag, "!") && !plainTags[key.Tag] || key.Anchor != "" {
			l.failf(key.Line, "a key must be a plain word")
		} else if first := lines[key.Value]; first != 0 {
			l.failf(key.Line, "the key %s stands on line %d already", key.Value, first)
		}
		lines[key.Value] = key.Line
		l.check(child)
	}
}

var plainTags = map[string]bool{"!!map": true, "!!seq": true, "!!str": true, "!!int": true, "!!float": true, "!!bool": true, "!!timestamp": true}

// pairs are the keys and values of a mapping; of anything else, and of nil, there are none.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}
