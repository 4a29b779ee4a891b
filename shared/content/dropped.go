package content

import (
	"bytes"
	"html"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"
)

// maxDropped is how many kinds of things that fell away are named.
const maxDropped = 20

// dropped names what fell away when HTML was made safe: elements, as "iframe", and attributes, as
// "style of p", each kind once, in the order of the alphabet. Comments are not named.
func dropped(before, after []byte) []string {
	left := kinds(before)
	for kind, n := range kinds(after) {
		left[kind] -= n
	}
	var names []string
	for kind, n := range left {
		_, element, attribute := strings.Cut(kind, " of ")
		if n > 0 && (!attribute || left[element] <= 0) { // an element's attributes go with it
			names = append(names, kind)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), maxDropped)]
}

// kinds counts elements and attributes.
func kinds(text []byte) map[string]int {
	all := map[string]int{}
	tokens := nethtml.NewTokenizer(bytes.NewReader(text))
	for {
		switch tokens.Next() {
		case nethtml.ErrorToken:
			return all
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			name, more := tokens.TagName()
			element := clip(string(name))
			all[element]++
			for more {
				var key []byte
				key, _, more = tokens.TagAttr()
				all[clip(string(key))+" of "+element]++
			}
		}
	}
}

func clip(name string) string { return name[:min(len(name), 40)] }

// shown are elements that a reader sees though they have no text.
var shown = []string{"img", "iframe", "video", "audio", "hr", "input"}

// blank reports whether a reader of safe HTML sees nothing at all.
func blank(safe []byte) bool {
	tokens := nethtml.NewTokenizer(bytes.NewReader(safe))
	for {
		switch tokens.Next() {
		case nethtml.ErrorToken:
			return true
		case nethtml.TextToken:
			if strings.TrimSpace(html.UnescapeString(string(tokens.Text()))) != "" {
				return false
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			if name, _ := tokens.TagName(); slices.Contains(shown, string(name)) {
				return false
			}
		}
	}
}
