//go:build !race

// The race detector makes rendering ten times slower, so it takes the time that these tests bound;
// `go test ./...` runs them.

package content

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// fill repeats text to as much as a lesson may have.
func fill(text string) string { return strings.Repeat(text, domain.MaxContentBytes/len(text)) }

// numbered joins what make makes of 1, 2, 3, … to as much.
func numbered(make func(int) string) string {
	var b strings.Builder
	for i := 1; b.Len() < domain.MaxContentBytes; i++ {
		b.WriteString(make(i))
	}
	return b.String()[:domain.MaxContentBytes]
}

// The texts are of the kinds that the authors of CommonMark's parsers collect: each one took a
// parser the square of its length.
func TestAnyTextIsRenderedOrRefusedWithinTwoSeconds(t *testing.T) {
	for _, c := range []struct{ what, kind, source, want string }{
		{"quotes in quotes", domain.Markdown, fill(">"), "lesson.content_too_deep"},
		{"quotes with blanks", domain.Markdown, fill("> "), "lesson.content_too_deep"},
		{"quotes and lists", domain.Markdown, fill("> - "), "lesson.content_too_deep"},
		{"lists in lists", domain.Markdown, fill("* ")[1:] + "a", "lesson.content_too_deep"},
		{"numbered lists", domain.Markdown, fill("1. "), "lesson.content_too_deep"},
		{"lines that go deeper", domain.Markdown, numbered(func(i int) string { return strings.Repeat(" ", i) + "* a\n" }), ""},
		{"many deep lines", domain.Markdown, fill(strings.Repeat(">", 101) + "a\n"), "lesson.content_too_deep"},
		{"links without end", domain.Markdown, fill("[a](b"), "lesson.content_too_complex"},
		{"links without end, in brackets", domain.Markdown, fill("[a](<b"), "lesson.content_too_complex"},
		{"brackets", domain.Markdown, fill("["), "lesson.content_too_complex"},
		{"brackets in brackets", domain.Markdown, fill("[")[:1<<19] + fill("]")[:1<<19], "lesson.content_too_complex"},
		{"emphasis that never ends", domain.Markdown, fill("*a _a "), "lesson.content_too_complex"},
		{"signs that do not match", domain.Markdown, fill("*a_ "), "lesson.content_too_complex"},
		{"backticks", domain.Markdown, numbered(func(i int) string { return "e" + strings.Repeat("`", i) }), ""},
		{"one reference, named by all", domain.Markdown, ("[a]: " + strings.Repeat("u", 1000) + "\n\n" + fill("[a] "))[:domain.MaxContentBytes], "lesson.content_too_complex"},
		{"one reference, named in paragraphs", domain.Markdown, ("[a]: " + strings.Repeat("u", 9000) + "\n\n" + strings.Repeat("[a]\n\n", 1000)), "lesson.content_too_large"},
		{"one reference again and again", domain.Markdown, fill("[a]: b\n"), "lesson.content_too_complex"},
		{"titles that do not end", domain.Markdown, fill("[a]: b 'c\n"), "lesson.content_too_complex"},
		{"many references", domain.Markdown, numbered(func(i int) string { return fmt.Sprintf("[%d]: u\n\n", i) }), ""},
		{"a wide table with short rows", domain.Markdown, (strings.Repeat("|a", 1000) + "\n" + strings.Repeat("|-", 1000) + "\n" + fill("a\n"))[:domain.MaxContentBytes], "lesson.content_too_complex"},
		{"comments that do not end", domain.Markdown, fill("a <!--"), ""},
		{"CDATA that does not end", domain.Markdown, fill("a<![CDATA["), ""},
		{"addresses", domain.Markdown, fill("www.a.b("), ""},
		{"items apart", domain.Markdown, fill("- a\n\n"), ""},
		{"fences", domain.Markdown, fill("- ```\n"), ""},
		{"headings", domain.Markdown, fill("# a #\n"), ""},
		{"elements in elements", domain.HTML, fill("<div>"), ""},
		{"attributes", domain.HTML, "<p " + numbered(func(i int) string { return fmt.Sprintf("a%d=b ", i) })[8:], ""},
		{"tags that do not end", domain.HTML, fill("<script><!--"), ""},
	} {
		best := time.Hour
		var err error
		for try := 0; try < 3 && best > 2*time.Second; try++ { // the machine may do something else
			began := time.Now()
			_, _, err = render(c.kind, []byte(c.source))
			best = min(best, time.Since(began))
		}
		if best > 2*time.Second {
			t.Errorf("%s: it took %v", c.what, best)
		}
		if got := fault.As(err); c.want != "" && (err == nil || got.Code != c.want) {
			t.Errorf("%s: got %v, want %s", c.what, err, c.want)
		}
	}
}

func TestLongLessonsOfAllKindsAreRendered(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{
		"prose":      "Some *text* with a [link](https://example.org/a_b_c), `code`, and [more][1]. It goes on\nfor **two** lines.\n\n",
		"lists":      "- one with `code`\n  - two\n    > three\n\nText.\n\n",
		"tables":     "| a | b |\n|---|---|\n| *1* | [2](/2) |\n| 3 | 4 |\n\n",
		"code":       "```go\nfor i := range 10 { a[i] = `*_~<` }\n```\n\n",
		"dialogue":   "Anna: how are you?\nBen: *fine*!\n",
		"HTML":       "<details><summary>Q</summary>\n\nA\n\n</details>\n\n",
		"references": "See [1] and [the other][2].\n\n",
	} {
		most := 200 << 10
		if what == "dialogue" {
			most = 10 << 10 // one paragraph
		}
		var err error
		for try := 0; try < 3 && (try == 0 || err != nil); try++ { // the machine may do something else
			_, _, err = render(domain.Markdown, []byte("[1]: /one\n[2]: /two\n\n"+strings.Repeat(text, most/len(text))))
		}
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}
