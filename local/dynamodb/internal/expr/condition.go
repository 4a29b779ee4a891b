package expr

import (
	"fmt"

	"lyceum/local/dynamodb/internal/attr"
)

// Condition is a parsed condition or filter expression.
type Condition struct {
	root   node
	roots  []string
	nested []string
}

// node is a part of a condition that is true or false for an item.
type node interface {
	holds(item attr.Map) (bool, error)
}

type (
	not   struct{ of node }
	group struct{ node } // in parentheses
	and   struct{ left, right node }
	or    struct{ left, right node }
	// comparison is one of the operators with two operands.
	comparison struct {
		op   string
		args []operand
	}
	between struct{ args []operand } // value, low, high
	in      struct{ args []operand } // value, candidates
)

// Condition parses a condition of the request's parameter param.
func (s *Scope) Condition(param, src string) (*Condition, error) {
	p, err := s.parser(param, src)
	if err != nil {
		return nil, err
	}
	root, err := p.condition()
	if err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	return &Condition{root, p.roots, p.nested}, nil
}

// Holds evaluates the condition on an item; an absent item is an empty or nil one. A nil Condition always holds.
func (c *Condition) Holds(item attr.Map) (bool, error) {
	if c == nil {
		return true, nil
	}
	return c.root.holds(item)
}

// Nested are the top-level attributes into which the condition looks for a part.
func (c *Condition) Nested() []string {
	if c == nil {
		return nil
	}
	return c.nested
}

// Roots are the top-level attributes that the condition refers to, in its order.
func (c *Condition) Roots() []string { return c.roots }

func (p *parser) condition() (node, error) {
	left, err := p.conjunction()
	for err == nil && p.accept("OR") {
		var right node
		if right, err = p.conjunction(); err == nil {
			left, err = or{left, right}, p.countOperator()
		}
	}
	return left, err
}

func (p *parser) conjunction() (node, error) {
	left, err := p.negation()
	for err == nil && p.accept("AND") {
		var right node
		if right, err = p.negation(); err == nil {
			left, err = and{left, right}, p.countOperator()
		}
	}
	return left, err
}

func (p *parser) negation() (node, error) {
	if err := p.nest(); err != nil {
		return nil, err
	}
	defer p.leave()
	switch {
	case p.accept("NOT"):
		of, err := p.negation()
		if err != nil {
			return nil, err
		}
		return not{of}, p.countOperator()
	case p.accept("("):
		inner, err := p.condition()
		if err != nil {
			return nil, err
		}
		if _, twice := inner.(group); twice {
			return nil, p.fail("The expression has redundant parentheses;")
		}
		return group{inner}, p.expect(")")
	}
	return p.predicate()
}

// predicate parses a comparison, BETWEEN, IN or a function.
func (p *parser) predicate() (node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	if c, ok := left.(*call); ok {
		operator := p.peek()
		compared := comparators[operator.text] || operator.is("BETWEEN") || operator.is("IN")
		if functions[c.name].boolean == compared {
			return nil, p.fail("The function is not allowed to be used this way in an expression; function: %s", c.name)
		}
		if !compared {
			return c, nil
		}
	}
	switch op := p.peek(); {
	case comparators[op.text]:
		return p.comparison(left)
	case p.accept("BETWEEN"):
		return p.between(left)
	case p.accept("IN"):
		return p.in(left)
	}
	return nil, p.syntaxError()
}

var comparators = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true}

var ordered = []attr.Type{attr.TypeS, attr.TypeN, attr.TypeB}

// operands checks what all operators with several operands want.
func (p *parser) operands(operator string, types []attr.Type, args []operand) error {
	for _, arg := range args {
		if err := p.operandOnly(arg); err != nil {
			return err
		}
		if err := p.allowed(operator, arg, types); err != nil {
			return err
		}
	}
	if err := p.distinct(operator, args); err != nil {
		return err
	}
	return p.countOperator()
}

func (p *parser) comparison(left operand) (node, error) {
	op := p.next().text
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	types := ordered
	if op == "=" || op == "<>" {
		types = nil
	}
	args := []operand{left, right}
	return comparison{op, args}, p.operands(op, types, args)
}

func (p *parser) between(value operand) (node, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	args := []operand{value, low, high}
	if err := p.operands("BETWEEN", ordered, args); err != nil {
		return nil, err
	}
	a, ok1 := low.(literal)
	b, ok2 := high.(literal)
	if ok1 && ok2 {
		want := ""
		if order, same := attr.Compare(a.v, b.v); !same {
			want = "same data type for lower and upper bounds"
		} else if order > 0 {
			want = "upper bound to be greater than or equal to lower bound"
		}
		if want != "" {
			return nil, p.fail("The BETWEEN operator requires %s; lower bound operand: AttributeValue: %s, upper bound operand: "+
				"AttributeValue: %s", want, boundText(a.v), boundText(b.v))
		}
	}
	return between{args}, nil
}

func boundText(v attr.Value) string { return fmt.Sprintf("{%s:%s}", v.Type(), v) }

func (p *parser) in(value operand) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	args := []operand{value}
	for {
		arg, err := p.operand()
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		if !p.accept(",") {
			break
		}
	}
	if len(args)-1 > maxOperands {
		return nil, p.fail("The IN operator is provided with too many operands; number of operands: %d", len(args)-1)
	}
	if err := p.operands("IN", nil, args); err != nil {
		return nil, err
	}
	return in{args}, p.expect(")")
}
