package expr

import (
	"strconv"
	"strings"

	"lyceum/local/dynamodb/internal/attr"
)

// parser walks the tokens of one expression.
type parser struct {
	scope     *Scope
	param     string // the request's parameter, for error texts
	src       string
	tokens    []token
	pos       int
	operators int
	depth     int      // of NOT and parentheses
	roots     []string // top-level attributes met
	nested    []string // those of them that a path leads into
	reserved  error    // the first reserved word used as a name: told unless the syntax is wrong
}

func (s *Scope) parser(param, src string) (*parser, error) {
	p := &parser{scope: s, param: param, src: src}
	if len(src) > maxBytes {
		return nil, p.fail("Expression size has exceeded the maximum allowed size; expression size: %d", len(src))
	}
	if p.tokens = scan(src); len(p.tokens) == 1 {
		return nil, p.fail("The expression can not be empty;")
	}
	return p, nil
}

func (p *parser) fail(format string, args ...any) error {
	return invalid("Invalid "+p.param+": "+format, args...)
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) next() token {
	t := p.peek()
	if p.pos < len(p.tokens)-1 {
		p.pos++
	}
	return t
}

// accept consumes the next token if it is text.
func (p *parser) accept(text string) bool {
	if !p.peek().is(text) {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.syntaxError()
	}
	return nil
}

// end refuses anything after a complete expression, and then reserved words in it.
func (p *parser) end() error {
	if p.peek().text != "" {
		return p.syntaxError()
	}
	return p.reserved
}

// syntaxError names the next token, with its neighbours.
func (p *parser) syntaxError() error {
	at := p.pos
	first, last := p.tokens[max(at-1, 0)], p.tokens[min(at+1, len(p.tokens)-1)]
	return p.fail("Syntax error; token: \"%s\", near: \"%s\"", p.peek(), p.src[first.start:last.end])
}

func (p *parser) countOperator() error {
	if p.operators++; p.operators > maxOperators {
		return p.tooMany(p.operators)
	}
	return nil
}

func (p *parser) tooMany(operators int) error {
	return p.fail("The expression contains too many operators; operator count: %d", operators)
}

// nest counts how deep the parser calls itself; leave undoes it.
func (p *parser) nest() error {
	if p.depth++; p.depth > maxOperators {
		return p.tooMany(p.depth)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// path parses name(.name|[index])*.
func (p *parser) path() (Path, error) {
	first, err := p.name()
	if err != nil {
		return nil, err
	}
	p.roots = append(p.roots, first.name)
	path := Path{first}
	defer func() {
		if len(path) > 1 {
			p.nested = append(p.nested, first.name)
		}
	}()
	for {
		switch {
		case p.accept("."):
			s, err := p.name()
			if err != nil {
				return nil, err
			}
			path = append(path, s)
		case p.accept("["):
			if !p.peek().number() {
				return nil, p.syntaxError()
			}
			index := p.next().text
			n, err := strconv.Atoi(index)
			if err != nil {
				return nil, p.fail("List index is not within the allowable range; index: [%s]", index)
			}
			if err := p.expect("]"); err != nil {
				return nil, err
			}
			path = append(path, step{index: n})
		default:
			if len(path) > attr.MaxDepth {
				return nil, p.fail("The document path has too many nesting elements; nesting levels: %d", len(path))
			}
			return path, nil
		}
	}
}

func (p *parser) name() (step, error) {
	t := p.peek()
	switch {
	case strings.HasPrefix(t.text, "#") && len(t.text) > 1:
		p.next()
		p.scope.usedNames[t.text] = true
		name, ok := p.scope.names[t.text]
		if !ok {
			return step{}, p.fail("An expression attribute name used in the document path is not defined; attribute name: %s", t.text)
		}
		return step{name: name}, nil
	case t.word() && reserved[strings.ToUpper(t.text)]:
		p.next()
		if p.reserved == nil {
			p.reserved = p.fail("Attribute name is a reserved keyword; reserved keyword: %s", t.text)
		}
		return step{name: t.text}, nil
	case t.word():
		p.next()
		return step{name: t.text}, nil
	}
	return step{}, p.syntaxError()
}
