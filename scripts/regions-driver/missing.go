package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Kinds of facts, and where each lies.
const (
	accounts    = "accounts"
	names       = "names"
	completions = "completions"
	uploads     = "uploads"
	sessions    = "sessions"
	files       = "files"
)

var kinds = []struct{ kind, table string }{
	{accounts, "identity"}, {names, "identity"}, {completions, "learning"}, {uploads, "learning"}, {sessions, "ephemeral"}, {files, "uploads bucket"},
}

// seen is what a region shows of a client.
type seen struct {
	name     int
	sessions map[string]bool
}

// look asks a region for all it has of a client.
func (c *client) look(w *work, region int) seen {
	s := seen{sessions: map[string]bool{}}
	var me struct{ Username string }
	_ = json.Unmarshal(w.cloud.ask(region, "GET", "/api/users/me", c.AccessToken, nil).data, &me)
	s.name, _ = strconv.Atoi(strings.TrimPrefix(me.Username, c.name+" "))
	var list []struct{ ID string }
	_ = json.Unmarshal(w.cloud.ask(region, "GET", "/api/auth/sessions", c.AccessToken, nil).data, &list)
	for _, one := range list {
		s.sessions[one.ID] = true
	}
	return s
}

// missing are the facts of a client that a region does not show; attempts are those that the region's table names.
func (c *client) missing(w *work, region int, attempts map[string]bool) (missing []fact) {
	if got := w.sure(region, c.person, c.passwords[0]); got.ok() { // the token may be old by now
		_ = json.Unmarshal(got.data, &c.session)
	}
	s := c.look(w, region)
	for _, f := range c.facts {
		there := true
		switch f.kind {
		case accounts:
			there = w.cloud.ask(region, "POST", "/api/auth/login", "", map[string]string{"email": f.id, "password": password(c.name)}).ok()
		case names:
			there = f.n <= s.name
		case completions:
			there = attempts[f.id]
		case sessions:
			there = s.sessions[f.id]
		case uploads:
			there = w.cloud.ask(region, "GET", "/api/uploads/"+f.id, c.AccessToken, nil).ok()
		case files:
			there = c.yields(w, region, f.id)
		}
		if !there {
			missing = append(missing, f)
		}
	}
	return missing
}

// attempts are the ids of all completions that a region's table names: no route tells them.
func (c *cloud) attempts(ctx context.Context, region int) (map[string]bool, error) {
	items, err := c.items(ctx, region, "learning")
	found := map[string]bool{}
	for _, text := range items {
		var item struct{ Attempts []byte }
		if err := json.Unmarshal([]byte(text), &item); err != nil {
			return nil, err
		}
		for id := range slices.Chunk(item.Attempts, 16) {
			found[uuid.UUID(id).String()] = true
		}
	}
	return found, err
}

// yields tells whether a region leads to a file's bytes.
func (c *client) yields(w *work, region int, id string) bool {
	got := w.cloud.ask(region, "GET", "/api/uploads/"+id+"/content", c.AccessToken, nil)
	if got.status != http.StatusFound {
		return false
	}
	file := w.cloud.send(request{method: "GET", url: got.header.Get("Location"), within: clientLimit})
	for _, u := range c.uploads {
		if u.id == id {
			return file.ok() && bytes.Equal(file.body, u.content)
		}
	}
	return false
}

// loss is what is missing somewhere, by kind.
type loss struct {
	mu      sync.Mutex
	missing map[string]map[fact]bool
}

// search asks regions for everything that was answered.
func (w *work) search(ctx context.Context, all []*client, regions []int) (*loss, error) {
	l := &loss{missing: map[string]map[fact]bool{}}
	for _, region := range regions {
		attempts, err := w.cloud.attempts(ctx, region)
		if err != nil {
			return nil, err
		}
		together(all, func(c *client) {
			for _, f := range c.missing(w, region, attempts) {
				l.mu.Lock()
				if l.missing[f.kind] == nil {
					l.missing[f.kind] = map[fact]bool{}
				}
				l.missing[f.kind][f] = true
				l.mu.Unlock()
			}
		})
	}
	return l, nil
}

// row is what happened to one kind of writes.
type row struct {
	answered, byLost            int // before the stop
	missing, repeated, byOthers int // in a region that is left; of them known there by a repetition, and not asked of the lost region at all
	oldest                      time.Duration
	after                       int // missing when the region was back
}

func (l *loss) row(kind string, all []*client, lost int, stop time.Time, back *loss) (r row) {
	for _, c := range all {
		for _, f := range c.facts {
			if f.kind == kind && f.at.Before(stop) {
				if r.answered++; f.region == lost {
					r.byLost++
				}
			}
		}
	}
	for f := range l.missing[kind] {
		r.missing++
		switch {
		case f.first != lost:
			r.byOthers++
		case f.region != lost: // its write had reached that region, and not yet the other one
			r.repeated++
		}
		r.oldest = max(r.oldest, stop.Sub(f.at))
	}
	r.after = len(back.missing[kind])
	return r
}

func (r row) String() string {
	text := fmt.Sprintf("%d answered before the stop, %d by the lost region; %d missing in the others", r.answered, r.byLost, r.missing)
	if r.missing > 0 {
		text += fmt.Sprintf(" (%d answered by others, %d of them repetitions; the oldest answered %v before the stop)",
			r.byOthers+r.repeated, r.repeated, r.oldest.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s, %d after its return", text, r.after)
}
