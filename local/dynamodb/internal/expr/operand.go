package expr

import (
	"slices"
	"strings"

	"lyceum/local/dynamodb/internal/attr"
)

// operand is a value that an expression computes from an item: a Path, a literal or a call. A missing one is nil.
type operand interface {
	value(item attr.Map) (attr.Value, error)
}

// literal is a :value.
type literal struct{ v attr.Value }

func (l literal) value(attr.Map) (attr.Value, error) { return l.v, nil }

// literal resolves a :value placeholder.
func (p *parser) literal() (literal, error) {
	t := p.next()
	p.scope.usedValues[t.text] = true
	v, ok := p.scope.values[t.text]
	if !ok {
		return literal{}, p.fail("An expression attribute value used in expression is not defined; attribute value: %s", t.text)
	}
	return literal{v}, nil
}

func (p *parser) atLiteral() bool {
	t := p.peek().text
	return len(t) > 1 && t[0] == ':'
}

// atCall tells whether a function call begins here.
func (p *parser) atCall() bool { return p.peek().word() && p.tokens[p.pos+1].text == "(" }

// operand parses a path, a :value or a function call, which calls maps to its meaning.
func (p *parser) operand() (operand, error) {
	switch {
	case p.atLiteral():
		return p.literal()
	case p.atCall():
		c, err := p.call()
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	return path, nil
}

// call parses name(operand, ...) and checks it against the function's rules.
func (p *parser) call() (*call, error) {
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer p.leave()
	c := &call{name: p.next().text}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	for {
		arg, err := p.operand()
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, arg)
		if p.accept(",") {
			continue
		}
		if err := p.expect(")"); err != nil {
			return nil, err
		}
		return c, p.check(c)
	}
}

// call is a function with its arguments.
type call struct {
	name string
	args []operand
}

// function is the rule of one function. Where a nil types stands every type is allowed.
type function struct {
	update   bool           // belongs to update expressions; else to conditions
	boolean  bool           // is a condition by itself; else an operand
	arity    int            //
	pathOnly bool           // the first argument must be a path
	types    [2][]attr.Type // of arguments that are literals
}

var functions = map[string]function{
	"attribute_exists":     {boolean: true, arity: 1, pathOnly: true},
	"attribute_not_exists": {boolean: true, arity: 1, pathOnly: true},
	"attribute_type":       {boolean: true, arity: 2, pathOnly: true, types: [2][]attr.Type{nil, {attr.TypeS}}},
	"begins_with":          {boolean: true, arity: 2, types: [2][]attr.Type{{attr.TypeS, attr.TypeB}, {attr.TypeS, attr.TypeB}}},
	"contains": {boolean: true, arity: 2, types: [2][]attr.Type{
		{attr.TypeS, attr.TypeB, attr.TypeSS, attr.TypeNS, attr.TypeBS, attr.TypeL}}},
	"size": {arity: 1, types: [2][]attr.Type{
		{attr.TypeS, attr.TypeB, attr.TypeSS, attr.TypeNS, attr.TypeBS, attr.TypeL, attr.TypeM}}},
	"if_not_exists": {update: true, arity: 2, pathOnly: true},
	"list_append":   {update: true, arity: 2, types: [2][]attr.Type{{attr.TypeL}, {attr.TypeL}}},
}

func (p *parser) check(c *call) error {
	f, known := functions[c.name]
	switch inUpdate := p.param == UpdateExpression; {
	case !known:
		return p.fail("Invalid function name; function: %s", c.name)
	case f.update != inUpdate && inUpdate:
		return p.fail("The function is not allowed in an update expression; function: %s", c.name)
	case f.update != inUpdate:
		return p.fail("The function is not allowed in a condition expression; function: %s", c.name)
	case len(c.args) != f.arity:
		return p.fail("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d",
			c.name, len(c.args))
	}
	if _, isPath := c.args[0].(Path); f.pathOnly && !isPath {
		return p.fail("Operator or function requires a document path; operator or function: %s", c.name)
	}
	for i, arg := range c.args {
		if err := p.operandOnly(arg); err != nil {
			return err
		}
		if err := p.allowed(c.name, arg, f.types[i]); err != nil {
			return err
		}
	}
	if err := p.checkType(c); err != nil {
		return err
	}
	if c.name == "contains" || c.name == "begins_with" || c.name == "if_not_exists" {
		if err := p.distinct(c.name, c.args); err != nil {
			return err
		}
	}
	return p.countOperator()
}

// operandOnly refuses a condition where a value is wanted.
func (p *parser) operandOnly(arg operand) error {
	if c, ok := arg.(*call); ok && functions[c.name].boolean {
		return p.fail("The function is not allowed to be used this way in an expression; function: %s", c.name)
	}
	return nil
}

// staticType is an operand's type if the expression alone tells it; an attribute's type is known only when the item is.
func staticType(arg operand) (attr.Type, bool) {
	switch arg := arg.(type) {
	case literal:
		return arg.v.Type(), true
	case *call:
		return attr.TypeN, arg.name == "size"
	}
	return "", false
}

// allowed refuses an operand that is known to be of another type.
func (p *parser) allowed(operator string, arg operand, types []attr.Type) error {
	t, known := staticType(arg)
	if !known || types == nil || slices.Contains(types, t) {
		return nil
	}
	return p.fail("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, t)
}

var typeNames = strings.Fields("B NULL SS BOOL L BS N NS S M")

// checkType wants attribute_type's second argument to be the name of a type.
func (p *parser) checkType(c *call) error {
	if c.name != "attribute_type" {
		return nil
	}
	l, ok := c.args[1].(literal)
	if !ok {
		return p.fail("Incorrect operand type for operator or function; operator or function: %s, operand type: {%s}",
			c.name, strings.Join(typeNames, ","))
	}
	for _, name := range typeNames {
		if l.v == attr.String(name) {
			return nil
		}
	}
	return p.fail("Invalid attribute type name found; type: %s, valid types: {%s}", l.v, strings.Join(typeNames, ","))
}

// distinct refuses an operator whose first operand is a path that is also another operand.
func (p *parser) distinct(operator string, args []operand) error {
	first, ok := args[0].(Path)
	if !ok {
		return nil
	}
	for _, arg := range args[1:] {
		if path, ok := arg.(Path); ok && comparePaths(first, path) == 0 {
			return p.fail("The first operand must be distinct from the remaining operands for this operator or function; "+
				"operator: %s, first operand: %s", operator, first)
		}
	}
	return nil
}

// value computes the functions that yield values.
func (c *call) value(item attr.Map) (attr.Value, error) {
	first, err := c.args[0].value(item)
	if err != nil || c.name == "size" {
		return size(first), err
	}
	if c.name == "if_not_exists" {
		if first != nil {
			return first, nil
		}
		return c.args[1].value(item)
	}
	second, err := c.args[1].value(item)
	if err != nil {
		return nil, err
	}
	if first == nil || second == nil {
		return nil, errNoAttribute
	}
	a, ok1 := first.(attr.List)
	b, ok2 := second.(attr.List)
	if !ok1 || !ok2 {
		return nil, errOperandType
	}
	return append(append(attr.List{}, a...), b...), nil
}

// size is the bytes of a string or binary, the elements of a container; else missing.
func size(v attr.Value) attr.Value {
	switch v := v.(type) {
	case attr.String:
		return attr.Int(len(v))
	case attr.Binary:
		return attr.Int(len(v))
	case attr.Set:
		return attr.Int(len(v.Members))
	case attr.List:
		return attr.Int(len(v))
	case attr.Map:
		return attr.Int(len(v))
	}
	return nil
}
