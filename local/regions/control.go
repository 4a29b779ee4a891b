package regions

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Control serves the state of the world and lets it be changed:
//
//	GET  /_local/regions           the state, as JSON, or as a page to browsers
//	POST /_local/regions           a Change
//	GET  /_local/regions/quiet     204 when everything has arrived everywhere; ?wait=30s is how long to wait for that, else 503
func (w *World) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_local/regions", w.show)
	mux.HandleFunc("POST /_local/regions", w.post)
	mux.HandleFunc("GET /_local/regions/quiet", w.serveQuiet)
	return http.NewCrossOriginProtection().Handler(mux) // other web pages must not press these buttons
}

// Change is one change of the world. Times are texts such as "200ms".
type Change struct {
	Do     string // link, isolate, rejoin, stop, start, skew or heal
	A, B   string // of link: the two regions
	Lag    string // of link; as it is if empty
	Jitter string // of link; as it is if empty
	Cut    *bool  // of link; as it is if left out
	Region string // of isolate, rejoin, stop, start and skew
	By     string // of skew: ahead, or back if it is negative
}

// Apply makes a change.
func (w *World) Apply(c Change) error {
	switch c.Do {
	case "link":
		lag, err := duration(c.Lag)
		jitter, err2 := duration(c.Jitter)
		if err := cmp.Or(err, err2); err != nil {
			return err
		}
		return w.SetLink(c.A, c.B, func(l *Link) {
			if lag != nil {
				l.Lag = *lag
			}
			if jitter != nil {
				l.Jitter = *jitter
			}
			if c.Cut != nil {
				l.Cut = *c.Cut
			}
		})
	case "isolate", "rejoin":
		return w.Isolate(c.Region, c.Do == "isolate")
	case "stop", "start":
		return w.Stop(c.Region, c.Do == "stop")
	case "skew":
		by, err := time.ParseDuration(c.By)
		if err != nil {
			return fmt.Errorf("by: %w", err)
		}
		return w.Skew(c.Region, by)
	case "heal":
		w.Heal()
		return nil
	}
	return fmt.Errorf("do is %q, not link, isolate, rejoin, stop, start, skew or heal", c.Do)
}

func duration(text string) (*time.Duration, error) {
	if text == "" {
		return nil, nil
	}
	d, err := time.ParseDuration(text)
	if err == nil && (d < 0 || d > time.Hour) {
		err = fmt.Errorf("%v is not between 0 and an hour", d)
	}
	return &d, err
}

func (w *World) post(rw http.ResponseWriter, r *http.Request) {
	var change Change
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<16))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	values, err := url.ParseQuery(string(body))
	form := err == nil && values.Has("Do") // of the page
	if form {
		cut := values.Get("Cut") == "on"
		change = Change{values.Get("Do"), values.Get("A"), values.Get("B"), values.Get("Lag"), values.Get("Jitter"), &cut, values.Get("Region"), values.Get("By")}
	} else {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&change); err != nil {
			http.Error(rw, "the body is not a change: "+err.Error(), http.StatusBadRequest)
			return
		}
	}
	if err := w.Apply(change); err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	if form {
		http.Redirect(rw, r, "/_local/regions", http.StatusSeeOther)
		return
	}
	w.writeState(rw)
}

func (w *World) writeState(rw http.ResponseWriter) {
	rw.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(rw)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(w.State())
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("regions").Parse(pageText))

func (w *World) show(rw http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.writeState(rw)
		return
	}
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(rw, w.State())
}

func (w *World) serveQuiet(rw http.ResponseWriter, r *http.Request) {
	wait, err := time.ParseDuration(cmp.Or(r.URL.Query().Get("wait"), "30s"))
	if err != nil {
		http.Error(rw, "wait: "+err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), wait)
	defer cancel()
	if err := w.Quiet(ctx); err != nil {
		http.Error(rw, "not everything has arrived: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	rw.WriteHeader(http.StatusNoContent)
}
