package content

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// anchorPrefix begins the id of a heading. With it no id can be the name of something that a page's
// scripts look up by name.
const anchorPrefix = "h-"

// anchors gives headings ids made of their words, as "h-first-steps", and leads links such as
// "#first-steps" to them.
type anchors struct{}

// Extend implements goldmark.Extender.
func (anchors) Extend(m goldmark.Markdown) {
	m.Parser().AddOptions(parser.WithASTTransformers(util.Prioritized(anchors{}, 500)))
}

// Transform implements parser.ASTTransformer.
func (anchors) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	given := map[string]int{}
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Heading:
			id := anchor(words(n, reader.Source()))
			given[id]++
			if again := given[id] - 1; again > 0 {
				id += "-" + strconv.Itoa(again) // as GitHub counts
			}
			n.SetAttributeString("id", []byte(id))
		case *ast.Link:
			if name, ok := bytes.CutPrefix(n.Destination, []byte("#")); ok && len(name) > 0 && !bytes.HasPrefix(name, []byte(anchorPrefix)) {
				n.Destination = []byte("#" + anchorPrefix + string(name))
			}
		}
		return ast.WalkContinue, nil
	})
}

// words is the text of a heading without its markup.
func words(heading ast.Node, source []byte) string {
	var all []byte
	_ = ast.Walk(heading, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := node.(type) {
		case *ast.Text:
			if entering {
				all = append(all, n.Value(source)...)
			}
		case *ast.String:
			if entering {
				all = append(all, n.Value...)
			}
		}
		return ast.WalkContinue, nil
	})
	return string(all)
}

// anchor keeps letters, digits and hyphens of a text, in all scripts.
func anchor(heading string) string {
	kept := []rune(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		case r == ' ' || r == '-' || r == '_':
			return '-'
		}
		return -1
	}, strings.TrimSpace(heading)))
	return anchorPrefix + string(kept[:min(len(kept), 80)])
}
