package template

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

const (
	maxProblems = 50  // that one error lists
	maxMessage  = 400 // bytes of each
)

var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`)

// Load reads the template. Its error joins the problems that it found, in the order of their lines, each as
// "<file>:<line>: <what is wrong and what to do>".
func Load(file string, o Options) (*Stack, error) {
	l := &loader{
		options: o, seen: map[problem]bool{}, parameters: map[string]value{}, conditions: map[string]*condition{},
		resources: map[string]*resource{}, secrets: map[[2]string]secret{}, room: maxResolved,
		stack: &Stack{Outputs: map[string]string{}}, routes: map[string]int{}, names: map[string]int{},
	}
	if data, err := read(file); err != nil {
		l.failf(1, "%v", err)
	} else if root := l.parse(data); root != nil {
		l.load(root)
	}
	if len(l.problems) == 0 {
		return l.stack, nil
	}
	return nil, l.err(file)
}

// loader holds what one Load knows.
type loader struct {
	options  Options
	problems []problem
	seen     map[problem]bool

	parameters map[string]value
	mappings   value
	conditions map[string]*condition
	globals    value
	resources  map[string]*resource
	api        *resource // the one AWS::Serverless::HttpApi
	secrets    map[[2]string]secret

	literal      bool // no intrinsic functions here
	inConditions bool // no resources here
	dormant      int  // above 0 in what the conditions leave out: names are checked, values do not matter
	room         int  // bytes that resolved values may still take

	stack  *Stack
	routes map[string]int // line of each method and path
	names  map[string]int // line of each physical name, by type
}

type problem struct {
	line int
	text string
}

// failf reports a problem, in one line whatever names it contains.
func (l *loader) failf(line int, format string, args ...any) {
	text := oneLine.Replace(fmt.Sprintf(format, args...))
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "..."
	}
	p := problem{max(line, 1), text}
	if !l.seen[p] {
		l.seen[p] = true
		l.problems = append(l.problems, p)
	}
}

func (l *loader) err(file string) error {
	slices.SortStableFunc(l.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for i, p := range l.problems {
		if i == maxProblems {
			errs = append(errs, fmt.Errorf("%s:%d: here and below are %d more problems", file, p.line, len(l.problems)-i))
			break
		}
		errs = append(errs, fmt.Errorf("%s:%d: %s", file, p.line, p.text))
	}
	return errors.Join(errs...)
}

// load goes through the sections in the order in which they need one another.
func (l *loader) load(root *yaml.Node) {
	sections := map[string]*yaml.Node{}
	for key, node := range pairs(root) {
		switch key.Value {
		case "AWSTemplateFormatVersion", "Description", "Metadata":
		case "Transform":
			sections[key.Value] = node
		case "Parameters", "Mappings", "Rules", "Conditions", "Globals", "Resources", "Outputs":
			sections[key.Value] = node
			if node.Kind != yaml.MappingNode || node.Tag != "!!map" {
				l.failf(node.Line, "%s must be a mapping", key.Value)
			}
		default:
			l.failf(key.Line, "the section %s is not supported by the local cloud", key.Value)
		}
	}
	if transform := sections["Transform"]; transform == nil || transform.Value != "AWS::Serverless-2016-10-31" {
		line := root.Line
		if transform != nil {
			line = transform.Line
		}
		l.failf(line, "a SAM template is expected: write Transform: AWS::Serverless-2016-10-31, and no other transform")
	}
	if sections["Resources"] == nil {
		l.failf(root.Line, "the template has no Resources")
	}
	if len(l.problems) > 0 {
		return
	}
	l.loadParameters(sections["Parameters"], root.Line)
	l.mappings = l.evalLiteral(sections["Mappings"])
	l.checkRules(sections["Rules"])
	l.loadConditions(sections["Conditions"])
	l.declareResources(sections["Resources"])
	if !l.loadGlobals(sections["Globals"]) {
		return // each function would say it again
	}
	l.loadResources(sections["Resources"])
	l.loadOutputs(sections["Outputs"])
}

// loadOutputs resolves the outputs. Exports matter to other stacks only.
func (l *loader) loadOutputs(section *yaml.Node) {
	for key, node := range pairs(section) {
		out := l.object(l.evalIf(node), "output "+key.Value)
		if out.v.kind == absent {
			continue
		}
		l.stack.Outputs[key.Value] = out.required("Value")
		out.pass("Description", "Export", "Condition")
		out.done()
	}
}
