// Package content makes what authors write fit to be read: safe HTML of Markdown or HTML, stored beside its source. Only what writes lessons
// links it: the two libraries make a binary a megabyte larger and its start a millisecond or two longer, which readers are spared.
package content

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"lyceum/shared/domain"
)

// markdown is CommonMark with tables, strikethrough and bare links. It lets HTML through: policy judges all of it, whoever made it.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough, extension.Linkify, bounds{}),
	goldmark.WithRendererOptions(html.WithUnsafe()),
)

// policy is all that HTML may have; everything else falls away. There is no id or name (they would shadow a page's own variables), no style, no
// form, no frame, no SVG or MathML.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "b", "i", "u", "s", "del", "ins",
		"sub", "sup", "kbd", "samp", "var", "mark", "small", "abbr", "dl", "dt", "dd", "figure", "figcaption", "details", "summary")
	p.AllowLists()
	p.AllowTables()
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9+#_.-]{1,40}$`)).OnElements("code")
	p.AllowAttrs("dir").Matching(bluemonday.Direction).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[A-Za-z0-9-]{2,35}$`)).Globally()
	p.AllowAttrs("title").Matching(regexp.MustCompile(`^[^<>]*$`)).OnElements("a", "abbr", "img")
	p.AllowAttrs("open").Matching(regexp.MustCompile(`^(|open)$`)).OnElements("details")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(bluemonday.Number).OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	return p
}

// render makes safe HTML of a source, within maxTime or not at all.
func render(contentType string, source []byte) ([]byte, error) {
	switch {
	case len(source) > domain.MaxContentBytes:
		return nil, domain.ErrContentTooLarge
	case len(bytes.TrimSpace(source)) == 0:
		return nil, domain.ErrContentEmpty
	case !utf8.Valid(source):
		return nil, domain.ErrContentEncoding
	}
	text, b := source, newBudget()
	if contentType == domain.Markdown {
		var err error
		if text, err = b.convert(source); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if err := policy.SanitizeReaderToWriter(timed{bytes.NewReader(text), b}, &out); err != nil {
		return nil, err
	}
	safe := bytes.Map(printable, out.Bytes())
	if len(safe) > domain.MaxHTMLBytes {
		return nil, domain.ErrContentTooLarge
	}
	return safe, nil
}

// printable drops control characters, which HTML does not have and JSON writes in six bytes.
func printable(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
		return -1
	}
	return r
}
