package template

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// sub is Fn::Sub, as text or as [text, variables]. ${!Name} stands for ${Name} itself.
func (l *loader) sub(arg *yaml.Node) value {
	text, variables := arg, map[string]value{}
	if arg.Kind != yaml.ScalarNode {
		args := l.args("Fn::Sub", arg, 2, 2)
		if args == nil {
			return value{kind: broken}
		}
		text = args[0]
		if args[1].Kind != yaml.MappingNode || text.Kind != yaml.ScalarNode || text.Tag != "!!str" {
			l.failf(arg.Line, "Fn::Sub takes text, or a list of text and a mapping of variables")
			return value{kind: broken}
		}
		for key, node := range pairs(args[1]) {
			variables[key.Value] = l.evalText("Fn::Sub", node)
		}
	}
	var b strings.Builder
	complete := true
	for rest := text.Value; ; {
		before, after, found := strings.Cut(rest, "${")
		b.WriteString(before)
		if !found {
			break
		}
		name, after, closed := strings.Cut(after, "}")
		rest = after
		if !closed || name == "" {
			l.failf(text.Line, "Fn::Sub: ${ without a name and }; write ${!Name} for the characters themselves")
			return value{kind: broken}
		}
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			b.WriteString("${" + literal + "}")
			continue
		}
		v, ok := variables[name]
		if !ok {
			v = l.named("Fn::Sub", name, text.Line)
		}
		if v.kind == list || v.kind == absent {
			l.failf(text.Line, "Fn::Sub: %s is not text", name)
		}
		complete = complete && v.kind == scalar
		if b.Len()+len(v.text) > l.room {
			return l.overflow(text.Line)
		}
		b.WriteString(v.text)
	}
	if !complete {
		return value{kind: broken}
	}
	return l.made(text.Line, b.String())
}

// join is Fn::Join.
func (l *loader) join(arg *yaml.Node) value {
	args := l.args("Fn::Join", arg, 2, 2)
	if args == nil {
		return value{kind: broken}
	}
	delimiter, items := l.evalText("Fn::Join", args[0]), l.evalList("Fn::Join", args[1])
	if delimiter.kind != scalar || items.kind != list {
		return value{kind: broken}
	}
	size, texts := 0, make([]string, len(items.items))
	for i, item := range items.items {
		texts[i] = item.text
		size += len(item.text) + len(delimiter.text)
	}
	if size > l.room {
		return l.overflow(arg.Line)
	}
	return l.made(arg.Line, strings.Join(texts, delimiter.text))
}

// split is Fn::Split.
func (l *loader) split(arg *yaml.Node) value {
	args := l.args("Fn::Split", arg, 2, 2)
	if args == nil {
		return value{kind: broken}
	}
	delimiter, text := l.evalText("Fn::Split", args[0]), l.evalText("Fn::Split", args[1])
	if delimiter.kind != scalar || text.kind != scalar {
		return value{kind: broken}
	}
	if delimiter.text == "" {
		l.failf(args[0].Line, "Fn::Split needs a delimiter")
		return value{kind: broken}
	}
	return l.texts(arg.Line, strings.Split(text.text, delimiter.text))
}

// texts makes a list, at the cost of its overhead too.
func (l *loader) texts(line int, items []string) value {
	v := value{kind: list, line: line}
	for _, item := range items {
		l.room -= 100
		made := l.made(line, item)
		if made.kind != scalar {
			return made
		}
		v.items = append(v.items, made)
	}
	return v
}

// selectItem is Fn::Select.
func (l *loader) selectItem(arg *yaml.Node) value {
	args := l.args("Fn::Select", arg, 2, 2)
	if args == nil {
		return value{kind: broken}
	}
	index, items := l.evalText("Fn::Select", args[0]), l.evalList("Fn::Select", args[1])
	if index.kind != scalar || items.kind != list {
		return value{kind: broken}
	}
	i, err := strconv.Atoi(index.text)
	switch {
	case err != nil:
		l.failf(args[0].Line, "Fn::Select: %q is not an index", index.text)
	case i >= 0 && i < len(items.items):
		return items.items[i]
	case l.dormant == 0:
		l.failf(arg.Line, "Fn::Select: there is no item %d in a list of %d", i, len(items.items))
	}
	return value{kind: broken}
}

// findInMap is Fn::FindInMap.
func (l *loader) findInMap(arg *yaml.Node) value {
	args := l.args("Fn::FindInMap", arg, 3, 3)
	if args == nil {
		return value{kind: broken}
	}
	found, path := l.mappings, ""
	for _, a := range args {
		key := l.evalText("Fn::FindInMap", a)
		if key.kind != scalar {
			return value{kind: broken}
		}
		found, path = found.get(key.text), strings.TrimPrefix(path+"."+key.text, ".")
		if found.kind == absent {
			if l.dormant == 0 {
				l.failf(a.Line, "Fn::FindInMap: there is no %s under Mappings", path)
			}
			return value{kind: broken}
		}
	}
	if found.kind != scalar && found.kind != list {
		l.failf(arg.Line, "Fn::FindInMap: %s is neither text nor a list", path)
		return value{kind: broken}
	}
	return found
}
