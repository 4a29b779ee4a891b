package expr

import (
	"slices"
	"strings"

	"lyceum/local/dynamodb/internal/attr"
)

const (
	errNoAttribute = attr.Invalid("The provided expression refers to an attribute that does not exist in the item")
	errOperandType = attr.Invalid("An operand in the update expression has an incorrect data type")
)

// Update is a parsed update expression.
type Update struct {
	actions []action // SET, ADD and DELETE by path, then REMOVE by path from the last
}

// action changes the attribute at path. Its operand is computed from the item as it was before the update.
type action struct {
	section string // SET, REMOVE, ADD or DELETE
	path    Path
	operand operand
}

// Update parses an update expression.
func (s *Scope) Update(src string) (*Update, error) {
	p, err := s.parser(UpdateExpression, src)
	if err != nil {
		return nil, err
	}
	u := &Update{}
	seen := map[string]bool{}
	for {
		section := strings.ToUpper(p.peek().text)
		parse := map[string]func() (action, error){"SET": p.set, "REMOVE": p.remove, "ADD": p.add, "DELETE": p.add}[section]
		if parse == nil {
			return nil, p.syntaxError()
		}
		if seen[section] {
			return nil, p.fail("The \"%s\" section can only be used once in an update expression;", section)
		}
		seen[section] = true
		p.next()
		for {
			a, err := parse()
			if err != nil {
				return nil, err
			}
			if a.section = section; section == "ADD" || section == "DELETE" {
				if err := p.checkSection(a); err != nil {
					return nil, err
				}
			}
			u.actions = append(u.actions, a)
			if !p.accept(",") {
				break
			}
		}
		if p.peek().text == "" {
			break
		}
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	if err := disjoint(UpdateExpression, u.Paths()); err != nil {
		return nil, err
	}
	slices.SortStableFunc(u.actions, func(a, b action) int {
		ra, rb := a.section == "REMOVE", b.section == "REMOVE"
		switch {
		case ra && rb:
			return comparePaths(b.path, a.path)
		case ra:
			return 1
		case rb:
			return -1
		}
		return comparePaths(a.path, b.path)
	})
	return u, nil
}

func (p *parser) remove() (action, error) {
	path, err := p.path()
	return action{path: path}, err
}

func (p *parser) add() (action, error) {
	path, err := p.path()
	if err != nil {
		return action{}, err
	}
	if !p.atLiteral() {
		return action{}, p.syntaxError()
	}
	l, err := p.literal()
	return action{path: path, operand: l}, err
}

// longNames are the type names of the errors about ADD and DELETE.
var longNames = map[attr.Type]string{
	attr.TypeS: "STRING", attr.TypeN: "NUMBER", attr.TypeB: "BINARY", attr.TypeSS: "STRING_SET", attr.TypeNS: "NUMBER_SET",
	attr.TypeBS: "BINARY_SET", attr.TypeM: "MAP", attr.TypeL: "LIST", attr.TypeBOOL: "BOOLEAN", attr.TypeNULL: "NULL",
}

// checkSection wants a set, and for ADD also accepts a number.
func (p *parser) checkSection(a action) error {
	l, _ := a.operand.(literal)
	switch t := l.v.Type(); t {
	case attr.TypeSS, attr.TypeNS, attr.TypeBS:
	case attr.TypeN:
		if a.section == "ADD" {
			break
		}
		fallthrough
	default:
		return p.fail("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND",
			a.section, longNames[t], a.section)
	}
	return p.countOperator()
}

func (p *parser) set() (action, error) {
	path, err := p.path()
	if err != nil {
		return action{}, err
	}
	if err := p.expect("="); err != nil {
		return action{}, err
	}
	v, err := p.sum()
	if err != nil {
		return action{}, err
	}
	return action{path: path, operand: v}, p.countOperator()
}

// sum parses operand [+|- operand], possibly in parentheses.
func (p *parser) sum() (operand, error) {
	if p.accept("(") {
		if err := p.nest(); err != nil {
			return nil, err
		}
		defer p.leave()
		v, err := p.sum()
		if err != nil {
			return nil, err
		}
		return v, p.expect(")")
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	op := p.peek().text
	if op != "+" && op != "-" {
		return left, nil
	}
	p.next()
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	for _, arg := range []operand{left, right} {
		if err := p.allowed(op, arg, []attr.Type{attr.TypeN}); err != nil {
			return nil, err
		}
	}
	return arithmetic{op, left, right}, p.countOperator()
}

type arithmetic struct {
	op          string
	left, right operand
}

func (a arithmetic) value(item attr.Map) (attr.Value, error) {
	vs, err := values(item, []operand{a.left, a.right})
	if err != nil {
		return nil, err
	}
	if vs[0] == nil || vs[1] == nil {
		return nil, errNoAttribute
	}
	n, ok1 := vs[0].(attr.Number)
	m, ok2 := vs[1].(attr.Number)
	if !ok1 || !ok2 {
		return nil, errOperandType
	}
	if a.op == "-" {
		m = m.Neg()
	}
	return number(n.Add(m))
}

// number keeps a nil Value with an error.
func number(n attr.Number, err error) (attr.Value, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Paths are the paths that the update writes.
func (u *Update) Paths() []Path {
	paths := make([]Path, len(u.actions))
	for i, a := range u.actions {
		paths[i] = a.path
	}
	return paths
}
