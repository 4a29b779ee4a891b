package bus

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// state is what the page shows.
type state struct {
	Waiting  []waiting // for their first try or the next
	Dead     map[string][]dead
	Outcomes []outcome // the newest first
}

type waiting struct {
	outcome
	Due time.Time
}

type dead struct {
	ID   string
	Sent time.Time
	Body json.RawMessage
}

// page shows what was delivered, is tried again and is dead: to browsers as a page, to others as JSON.
func (b *Bus) page(w http.ResponseWriter, r *http.Request) {
	s, err := b.state()
	if err != nil {
		b.opts.Log.Error("events", "error", err)
		http.Error(w, "the events cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(s)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = view.Execute(w, s)
}

func (b *Bus) state() (s state, err error) {
	s.Waiting, s.Dead = []waiting{}, map[string][]dead{}
	if s.Outcomes, err = b.outcomes(); err != nil {
		return s, err
	}
	err = b.db.View(func(tx *bolt.Tx) error {
		if err := tx.Bucket(pendingTable).ForEach(func(_, value []byte) error {
			var d delivery
			err := json.Unmarshal(value, &d)
			s.Waiting = append(s.Waiting, waiting{*d.outcome("waiting", d.Since), d.Due})
			return err
		}); err != nil {
			return err
		}
		for name := range b.queues {
			s.Dead[name] = []dead{}
			if err := tx.Bucket(queueTable(name)).ForEach(func(_, value []byte) error {
				var m message
				if err := json.Unmarshal(value, &m); err != nil {
					return err
				}
				body := json.RawMessage(m.Body)
				if !json.Valid(body) {
					body, _ = json.Marshal(m.Body)
				}
				s.Dead[name] = append(s.Dead[name], dead{m.ID, m.Sent, body})
				return nil
			}); err != nil {
				return err
			}
			slices.Reverse(s.Dead[name])
		}
		return nil
	})
	return s, err
}

var view = template.Must(template.New("events").Funcs(template.FuncMap{
	"text": func(body json.RawMessage) string { return string(body) },
	"at":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
}).Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Events</title>
<style>body{font:15px system-ui;margin:2em}table{border-collapse:collapse;margin-bottom:2em}td,th{padding:.2em 1em .2em 0;text-align:left;vertical-align:top}pre{white-space:pre-wrap;margin:0}</style>
<h1>Events</h1>
<h2>Waiting: {{len .Waiting}}</h2>
<table><tr><th>due (UTC)<th>event<th>function<th>failed<th>last error{{range .Waiting}}
<tr><td>{{at .Due}}<td>{{.Type}} {{.Event}}<td>{{.Function}}<td>{{.Tries}}<td>{{.Error}}{{end}}</table>
{{range $queue, $messages := .Dead}}<h2>{{$queue}}: {{len $messages}}</h2>
<table><tr><th>since (UTC)<th>message{{range $messages}}
<tr><td>{{at .Sent}}<td><details><summary>{{.ID}}</summary><pre>{{text .Body}}</pre></details>{{end}}</table>
{{end}}<h2>Done, the newest first</h2>
<table><tr><th>at (UTC)<th>event<th>function<th>outcome<th>failed<th>last error{{range .Outcomes}}
<tr><td>{{at .At}}<td>{{.Type}} {{.Event}}<td>{{.Function}}<td>{{.What}}<td>{{.Tries}}<td>{{.Error}}{{end}}</table>
</html>
`))
