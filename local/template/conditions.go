package template

import "go.yaml.in/yaml/v4"

// condition is an entry of Conditions.
type condition struct {
	node *yaml.Node
	line int
	state
	result bool
}

// state guards against definitions that go round in circles.
type state int

const (
	unknown state = iota
	running
	known
)

func (l *loader) loadConditions(section *yaml.Node) {
	for key, node := range pairs(section) {
		l.conditions[key.Value] = &condition{node: node, line: key.Line}
	}
	for key := range pairs(section) {
		l.holds(key.Value, key.Line)
	}
}

// holds tells whether a condition is true; a broken one is not.
func (l *loader) holds(name string, line int) bool {
	c := l.conditions[name]
	switch {
	case c == nil:
		l.failf(line, "there is no condition %s under Conditions", name)
		return false
	case c.state == running:
		l.failf(c.line, "the condition %s depends on itself", name)
		return false
	case c.state == unknown:
		c.state = running
		dormant, inConditions := l.dormant, l.inConditions
		l.dormant, l.inConditions = 0, true
		c.result = l.decide(c.node)
		l.dormant, l.inConditions = dormant, inConditions
		c.state = known
	}
	return c.result
}

// decide resolves an expression of Conditions.
func (l *loader) decide(n *yaml.Node) bool {
	name, arg := intrinsic(n)
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "Condition" {
		name, arg = "Condition", n.Content[1]
	}
	switch name {
	case "Condition":
		if arg.Kind != yaml.ScalarNode {
			l.failf(n.Line, "Condition takes the name of a condition")
			return false
		}
		return l.holds(arg.Value, arg.Line)
	case "Fn::Equals":
		args := l.args(name, arg, 2, 2)
		if args == nil {
			return false
		}
		a, b := l.evalText(name, args[0]), l.evalText(name, args[1])
		return a.kind == scalar && b.kind == scalar && a.text == b.text
	case "Fn::Not":
		args := l.args(name, arg, 1, 1)
		return args != nil && !l.decide(args[0])
	case "Fn::And", "Fn::Or":
		args := l.args(name, arg, 2, 10)
		trues := 0
		for _, a := range args {
			if l.decide(a) {
				trues++
			}
		}
		if name == "Fn::And" {
			return args != nil && trues == len(args)
		}
		return trues > 0
	case "Fn::Contains":
		return l.contains(arg)
	}
	l.failf(n.Line, "a condition is made of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition, and in rules of Fn::Contains")
	return false
}

// choose is Fn::If. The branch not taken is checked, not resolved.
func (l *loader) choose(arg *yaml.Node) value {
	args := l.args("Fn::If", arg, 3, 3)
	if args == nil {
		return value{kind: broken}
	}
	if args[0].Kind != yaml.ScalarNode || args[0].Tag != "!!str" {
		l.failf(args[0].Line, "Fn::If begins with the name of a condition")
		return value{kind: broken}
	}
	taken, other := args[1], args[2]
	if !l.holds(args[0].Value, args[0].Line) {
		taken, other = other, taken
	}
	l.sleep(other)
	return l.eval(taken)
}

// sleep checks what does not take part.
func (l *loader) sleep(n *yaml.Node) {
	l.dormant++
	l.eval(n)
	l.dormant--
}

// evalIf resolves a mapping unless its key Condition names a condition that is false.
func (l *loader) evalIf(n *yaml.Node) value {
	if !l.exists(n) {
		l.sleep(n)
		return value{}
	}
	return l.eval(n)
}

// exists judges the key Condition of a resource or an output.
func (l *loader) exists(n *yaml.Node) bool {
	for key, c := range pairs(n) {
		if key.Value == "Condition" {
			if c.Kind == yaml.ScalarNode {
				return l.holds(c.Value, c.Line)
			}
			l.failf(c.Line, "Condition takes the name of a condition")
		}
	}
	return true
}
