package mailbox

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// PagePath is where developers read the mail.
const PagePath = "/_local/mail"

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Parse(pageSource))

var link = regexp.MustCompile(`https?://\S+`)

// Links are the URLs in the text.
func (m Message) Links() []string { return link.FindAllString(m.Text, -1) }

// Page answers GET /_local/mail: all messages, the newest first, with ?to= those to one address; browsers get a page, others JSON.
// /_local/mail/<id>.eml is one as a mail program opens it.
func (b *Box) Page(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, PagePath), "/")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "The mailbox is read by GET.", http.StatusMethodNotAllowed)
	case name != "":
		b.file(w, strings.TrimSuffix(name, ".eml"))
	case strings.Contains(r.Header.Get("Accept"), "text/html"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		if err := page.Execute(w, b.Messages(r.FormValue("to"))); err != nil {
			b.opts.Log.Error("mailbox: the page is not written", "error", err)
		}
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(b.Messages(r.FormValue("to")))
	}
}

func (b *Box) file(w http.ResponseWriter, id string) {
	all := b.Messages("")
	i := slices.IndexFunc(all, func(m Message) bool { return m.ID == id })
	if i < 0 {
		http.Error(w, "There is no such message.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "message/rfc822")
	_, _ = w.Write(all[i].raw)
}
