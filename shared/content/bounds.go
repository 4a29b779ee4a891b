package content

import (
	"bytes"
	"io"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"lyceum/shared/domain"
)

// Goldmark takes time that grows with the square of some texts: a line of ">" nests as deep as it
// is long. So the text is bounded in what is known to grow, and all of the work in time, for what
// is not known.
const (
	maxDepth      = 100                     // quotes and lists in each other
	maxSteps      = 1 << 29                 // the sum, over signs such as [ and *, of the bytes of their paragraphs, to whose end each may be followed
	maxCells      = 100_000                 // of one table; rows that end early are filled up
	maxReferences = 5000                    // lines of one paragraph that begins with [
	maxTime       = 1500 * time.Millisecond // of rendering, so that an answer comes within two seconds
)

// budget is what is left of the bounds in one rendering. It lies in the parser's context.
type budget struct {
	end       time.Time
	steps     int
	paragraph ast.Node // the one that is parsed
	bytes     int      // its length
}

var budgetKey = parser.NewContextKey()

// exceeded is thrown through goldmark, which has no other way to be stopped.
type exceeded struct{ err error }

func newBudget() *budget { return &budget{end: time.Now().Add(maxTime)} }

// check reports whether there is time left.
func (b *budget) check() error {
	if time.Now().After(b.end) {
		return domain.ErrContentTooComplex
	}
	return nil
}

func (b *budget) mustCheck() {
	if err := b.check(); err != nil {
		panic(exceeded{err})
	}
}

// convert makes HTML of Markdown.
func (b *budget) convert(source []byte) (out []byte, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case exceeded:
			err = e.err
		default:
			panic(e)
		}
	}()
	pc := parser.NewContext()
	pc.Set(budgetKey, b)
	var buf bytes.Buffer
	err = markdown.Convert(source, &limited{&buf, 2 * domain.MaxHTMLBytes}, parser.WithContext(pc))
	return buf.Bytes(), err
}

// limited refuses to write more than left bytes: a long address can be named by every word.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		panic(exceeded{domain.ErrContentTooLarge}) // an error would not stop goldmark
	}
	return l.w.Write(p)
}

// timed reads until the time is over.
type timed struct {
	io.Reader
	*budget
}

func (t timed) Read(p []byte) (int, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	return t.Reader.Read(p)
}

// bounds looks at the budget wherever goldmark begins a block, meets a sign of inline text, or ends
// a paragraph. It parses nothing itself.
type bounds struct{}

// Extend implements goldmark.Extender.
func (bounds) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(
		parser.WithBlockParsers(util.Prioritized(blocks{}, 0)),
		parser.WithInlineParsers(util.Prioritized(inlines{}, 0)),
		parser.WithParagraphTransformers(util.Prioritized(paragraphs{}, 0)),
	)
}

func budgetOf(pc parser.Context) *budget { return pc.Get(budgetKey).(*budget) }

type blocks struct{ parser.BlockParser }

func (blocks) Trigger() (all []byte) {
	for b := range 256 {
		all = append(all, byte(b))
	}
	return all
}

func (blocks) CanInterruptParagraph() bool { return true }

func (blocks) CanAcceptIndentedLine() bool { return true }

func (blocks) Open(_ ast.Node, _ text.Reader, pc parser.Context) (ast.Node, parser.State) {
	budgetOf(pc).mustCheck()
	if len(pc.OpenedBlocks()) > maxDepth {
		panic(exceeded{domain.ErrContentTooDeep})
	}
	return nil, parser.NoChildren
}

type inlines struct{}

func (inlines) Trigger() []byte { return []byte("[]`*_~<") }

func (inlines) Parse(parent ast.Node, _ text.Reader, pc parser.Context) ast.Node {
	b := budgetOf(pc)
	if parent != b.paragraph {
		b.paragraph, b.bytes = parent, 0
		for i := range parent.Lines().Len() {
			line := parent.Lines().At(i)
			b.bytes += line.Len()
		}
	}
	if b.steps += b.bytes; b.steps > maxSteps {
		panic(exceeded{domain.ErrContentTooComplex})
	}
	b.mustCheck()
	return nil
}

type paragraphs struct{}

func (paragraphs) Transform(paragraph *ast.Paragraph, reader text.Reader, pc parser.Context) {
	budgetOf(pc).mustCheck()
	lines := paragraph.Lines()
	if first := lines.At(0); lines.Len() > maxReferences && bytes.HasPrefix(bytes.TrimSpace(first.Value(reader.Source())), []byte("[")) {
		panic(exceeded{domain.ErrContentTooComplex})
	}
	for i := range lines.Len() {
		line := lines.At(i)
		columns := bytes.Count(line.Value(reader.Source()), []byte("|")) + 1
		if columns > 1 && columns*(lines.Len()-i) > maxCells && len(bytes.Trim(line.Value(reader.Source()), "|:- \t\r\n")) == 0 {
			panic(exceeded{domain.ErrContentTooComplex})
		}
	}
}
