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

// markdown is CommonMark with tables, strikethrough, bare links, lists of tasks, footnotes and ids
// of headings. It lets HTML through: policy judges all of it, whoever made it.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough, extension.Linkify,
		extension.TaskList, extension.Footnote, anchors{}, bounds{}),
	goldmark.WithRendererOptions(html.WithUnsafe()),
)

// policy is all that HTML may have; everything else falls away. There is no name, and no id but
// those of headings and footnotes (others would shadow a page's own variables), no style, no form,
// no SVG or MathML, and no frame but the players of videos.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "b", "i", "u", "s", "del", "ins",
		"sub", "sup", "kbd", "samp", "var", "mark", "small", "abbr", "dl", "dt", "dd", "figure", "figcaption", "details", "summary")
	p.AllowLists()
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("reversed").Matching(regexp.MustCompile(`^(|reversed)$`)).OnElements("ol")
	p.AllowTables()
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^h-[\p{L}\p{N}\p{M}-]{0,100}$`)).OnElements("h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^(fn|fnref[0-9]*):[0-9]{1,6}$`)).OnElements("li", "sup")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^footnote-(ref|backref)$`)).OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^footnotes$`)).OnElements("div")
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^doc-(noteref|backlink|endnotes)$`)).OnElements("a", "div")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^(|checked|disabled)$`)).OnElements("input")
	media(p)
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9+#_.-]{1,40}$`)).OnElements("code")
	p.AllowAttrs("dir").Matching(bluemonday.Direction).Globally()
	p.AllowAttrs("lang").Matching(regexp.MustCompile(`^[A-Za-z0-9-]{2,35}$`)).Globally()
	p.AllowAttrs("title").Matching(regexp.MustCompile(`^[^<>]*$`)).OnElements("a", "abbr", "img")
	p.AllowAttrs("open").Matching(regexp.MustCompile(`^(|open)$`)).OnElements("details")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	return p
}

// media allows pictures, sound and films, and the players of two hosts in frames of their own.
func media(p *bluemonday.Policy) {
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(bluemonday.Number).OnElements("img", "video", "iframe")
	p.AllowAttrs("src").OnElements("video", "audio", "source")
	p.AllowAttrs("controls").Matching(regexp.MustCompile(`^(|controls)$`)).OnElements("video", "audio")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^(video|audio)/[a-z0-9.+-]+$`)).OnElements("source")
	p.AllowAttrs("src").Matching(players).OnElements("iframe")
	p.AllowAttrs("title").Matching(regexp.MustCompile(`^[^<>]*$`)).OnElements("iframe", "video", "audio")
	p.AllowAttrs("allowfullscreen").Matching(regexp.MustCompile(`^(|true|allowfullscreen)$`)).OnElements("iframe")
}

// players are the addresses of videos that a lesson may frame.
var players = regexp.MustCompile(`^https://(www\.youtube(-nocookie)?\.com/embed|player\.vimeo\.com/video)/[A-Za-z0-9_-]+(\?[A-Za-z0-9_=&;-]*)?$`)

// render makes safe HTML of a source, within maxTime or not at all, and names what fell away.
func render(contentType string, source []byte) (safe []byte, fell []string, err error) {
	switch {
	case len(source) > domain.MaxContentBytes:
		return nil, nil, domain.ErrContentTooLarge
	case len(bytes.TrimSpace(source)) == 0:
		return nil, nil, domain.ErrContentEmpty
	case !utf8.Valid(source):
		return nil, nil, domain.ErrContentEncoding
	}
	text, b := source, newBudget()
	if contentType == domain.Markdown {
		if text, err = b.convert(source); err != nil {
			return nil, nil, err
		}
	}
	var out bytes.Buffer
	if err := policy.SanitizeReaderToWriter(timed{bytes.NewReader(text), b}, &out); err != nil {
		return nil, nil, err
	}
	if safe = bytes.Map(printable, out.Bytes()); blank(safe) {
		return nil, nil, domain.ErrContentNothingLeft
	}
	if len(safe) > domain.MaxHTMLBytes {
		return nil, nil, domain.ErrContentTooLarge
	}
	return safe, dropped(text, safe), nil
}

// printable drops control characters, which HTML does not have and JSON writes in six bytes.
func printable(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
		return -1
	}
	return r
}
