package template

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxResolved bounds what all resolved values take together, in bytes: Fn::Sub can grow a small file without end.
const maxResolved = 16 << 20

// intrinsic takes apart a function call, in its short form (!Sub x) or its long one (Fn::Sub: x). The name is empty for
// anything else.
func intrinsic(n *yaml.Node) (name string, arg *yaml.Node) {
	if tag := n.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		plain := *n
		plain.Tag = map[yaml.Kind]string{yaml.ScalarNode: "!!str", yaml.SequenceNode: "!!seq", yaml.MappingNode: "!!map"}[n.Kind]
		if tag == "!Ref" || tag == "!Condition" {
			return tag[1:], &plain
		}
		return "Fn::" + tag[1:], &plain
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 && isFunction(n.Content[0].Value) {
		return n.Content[0].Value, n.Content[1]
	}
	return "", nil
}

func isFunction(key string) bool { return key == "Ref" || strings.HasPrefix(key, "Fn::") }

// eval resolves a node.
func (l *loader) eval(n *yaml.Node) value {
	if name, arg := intrinsic(n); name != "" {
		v := l.call(name, arg, n.Line)
		v.line = n.Line
		return v
	}
	v := value{line: n.Line}
	switch n.Kind {
	case yaml.ScalarNode:
		v.kind, v.text, v.typed = scalar, n.Value, n.Tag == "!!int" || n.Tag == "!!float" || n.Tag == "!!bool"
	case yaml.SequenceNode:
		v.kind = list
		for _, child := range n.Content {
			if item := l.eval(child); item.kind != absent {
				v.items = append(v.items, item)
			}
		}
	case yaml.MappingNode:
		v.kind = mapping
		for key, child := range pairs(n) {
			if isFunction(key.Value) {
				l.failf(key.Line, "%s must stand alone in its mapping", key.Value)
				return value{kind: broken, line: n.Line}
			}
			if inner := l.eval(child); inner.kind != absent {
				v.fields = append(v.fields, field{key.Value, key.Line, inner})
			}
		}
	}
	return v
}

// evalLiteral resolves a node of a section that takes no functions; nil is an absent one.
func (l *loader) evalLiteral(n *yaml.Node) value {
	if n == nil {
		return value{}
	}
	l.literal = true
	defer func() { l.literal = false }()
	return l.eval(n)
}

func (l *loader) call(name string, arg *yaml.Node, line int) value {
	if l.literal {
		l.failf(line, "%s cannot stand here: CloudFormation takes plain values only", name)
		return value{kind: broken}
	}
	switch name {
	case "Ref":
		return l.ref(arg)
	case "Fn::GetAtt":
		return l.getAtt(arg)
	case "Fn::Sub":
		return l.sub(arg)
	case "Fn::If":
		return l.choose(arg)
	case "Fn::Join":
		return l.join(arg)
	case "Fn::Split":
		return l.split(arg)
	case "Fn::Select":
		return l.selectItem(arg)
	case "Fn::FindInMap":
		return l.findInMap(arg)
	case "Condition", "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not":
		l.failf(line, "%s stands under Conditions only: name the condition there and use it with Fn::If", name)
	default:
		l.failf(line, "the function %s is not supported by the local cloud", name)
	}
	return value{kind: broken}
}

// args returns a function's arguments, nil after a problem.
func (l *loader) args(name string, arg *yaml.Node, least, most int) []*yaml.Node {
	if arg.Kind == yaml.SequenceNode && arg.Tag == "!!seq" && len(arg.Content) >= least && len(arg.Content) <= most {
		return arg.Content
	}
	if least == most {
		l.failf(arg.Line, "%s takes a list of %d", name, least)
	} else {
		l.failf(arg.Line, "%s takes a list of %d to %d", name, least, most)
	}
	return nil
}

// evalText resolves an argument that must be text, evalList one that must be a list of texts. The result is broken otherwise.
func (l *loader) evalText(function string, n *yaml.Node) value {
	v := l.eval(n)
	if v.kind == scalar || v.kind == broken {
		return v
	}
	l.failf(n.Line, "%s takes text here", function)
	return value{kind: broken, line: n.Line}
}

func (l *loader) evalList(function string, n *yaml.Node) value {
	v := l.eval(n)
	if v.kind != list && v.kind != broken {
		l.failf(n.Line, "%s takes a list here", function)
		v.kind = broken
	}
	for _, item := range v.items {
		if item.kind != scalar && item.kind != broken {
			l.failf(n.Line, "%s takes a list of texts here", function)
		}
		if item.kind != scalar {
			v.kind = broken
		}
	}
	return v
}

// made returns a text that a function made, unless there is no room for it.
func (l *loader) made(line int, text string) value {
	if l.room -= len(text); l.room < 0 {
		return l.overflow(line)
	}
	return value{kind: scalar, line: line, text: text}
}

func (l *loader) overflow(line int) value {
	l.room = 0
	l.failf(line, "the template's values grow beyond %d bytes", maxResolved)
	return value{kind: broken}
}
