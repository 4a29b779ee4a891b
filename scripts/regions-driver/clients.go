package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// clientLimit is how long a client of a region that may be lost waits for an answer.
const clientLimit = 5 * time.Second

// fact is a write that was answered.
type fact struct {
	kind   string // of facts, below
	first  int    // region that was asked first; another one may have answered the repetition
	region int    // that answered
	at     time.Time
	id     string // of the account, completion, upload or session; a name
	n      int    // of names: how many there are with this one
}

// client is a user of the name that leads to the nearest region.
type client struct {
	*person
	home                 int
	resolver             *resolver
	facts                []fact
	renamed              int
	completion, renaming *pending // that go on until they are answered

	failing time.Time     // since the first answer that failed; zero when all is well
	errors  time.Duration // the longest time from the first to the last answer that failed
	longest time.Duration // and to the next good one
	failed  int
	last    time.Time // that an answer failed
}

// pending is a write that is repeated until it is answered.
type pending struct {
	first      int // region that was asked first
	id, lesson string
}

// live writes until ctx ends.
func (c *client) live(ctx context.Context, w *work, random *rand.Rand) {
	for ctx.Err() == nil {
		region := c.resolver.nearest(c.home)
		switch k := random.IntN(20); {
		case k < 8 || c.completion != nil:
			c.complete(w, region, random)
		case k < 10:
			c.rename(w, region)
		case k < 12:
			c.sendFile(w, region, random)
		case k < 13:
			c.open(w, region)
		case k < 14:
			c.register(w, region)
		default:
			c.did(w, region, "GET", "/api/users/me/dashboard", nil)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(random.IntN(1200)) * time.Millisecond):
		}
	}
}

// did sends a request and notes how long this client gets no good answers. What is refused by
// design does not count: 4xx, and changes of accounts, which in home mode need the primary.
func (c *client) did(w *work, region int, method, path string, body any) answer {
	got := w.history.took(w.cloud.callWithin(clientLimit, region, method, path, c.AccessToken, body))
	switch now := time.Now(); {
	case !got.unknown():
		if !c.failing.IsZero() {
			c.longest = max(c.longest, now.Sub(c.failing))
		}
		c.failing = time.Time{}
	case w.options.mode == "home" && got.status == http.StatusServiceUnavailable && (path == "/api/auth/register" || method == "PATCH"):
	default:
		if c.failing.IsZero() {
			c.failing = now
		}
		c.failed++
		c.last, c.errors = now, max(c.errors, now.Sub(c.failing))
	}
	return got
}

func (c *client) answered(f fact) {
	f.at = time.Now()
	c.facts = append(c.facts, f)
}

func (c *client) complete(w *work, region int, random *rand.Rand) {
	if c.completion == nil {
		c.completion = &pending{region, uuid.Must(uuid.NewV7()).String(), w.lessons[random.IntN(len(w.lessons))]}
	}
	p := c.completion
	if c.did(w, region, "POST", "/api/lessons/"+p.lesson+"/complete", map[string]any{"score": 50, "changeId": p.id}).ok() {
		c.answered(fact{kind: completions, first: p.first, region: region, id: p.id})
		c.completion = nil
	}
}

func (c *client) rename(w *work, region int) {
	if c.renaming == nil {
		c.renaming = &pending{region, fmt.Sprintf("%s %d", c.name, c.renamed+1), ""}
	}
	p := c.renaming
	if c.did(w, region, "PATCH", "/api/users/"+c.User.ID, map[string]string{"username": p.id}).ok() {
		c.renamed++
		c.answered(fact{kind: names, first: p.first, region: region, id: p.id, n: c.renamed})
		c.renaming = nil
	}
}

func (c *client) sendFile(w *work, region int, random *rand.Rand) {
	u := &upload{content: picture(random)}
	media, body := form(nil, u.content)
	got := w.history.took(w.cloud.send(request{method: "POST", url: w.cloud.apis[region] + "/api/uploads", token: c.AccessToken, media: media, body: body, within: clientLimit}))
	if got.ok() && w.named(u, got.data) {
		c.uploads = append(c.uploads, u)
		c.answered(fact{kind: uploads, first: region, region: region, id: u.id})
		c.answered(fact{kind: files, first: region, region: region, id: u.id})
	}
}

// open signs in once more, as on another device.
func (c *client) open(w *work, region int) {
	got := c.did(w, region, "POST", "/api/auth/login", map[string]string{"email": c.email, "password": c.passwords[0]})
	var s session
	if got.ok() && json.Unmarshal(got.data, &s) == nil {
		c.answered(fact{kind: sessions, first: region, region: region, id: s.id()})
	}
}

// id is the session's, out of its access token.
func (s session) id() string {
	parts := strings.Split(s.AccessToken+"..", ".")
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct{ SID string }
	_ = json.Unmarshal(text, &claims)
	return claims.SID
}

func (c *client) register(w *work, region int) {
	email := fmt.Sprintf("%s-%d@example.org", c.name, len(c.facts))
	if c.did(w, region, "POST", "/api/auth/register", map[string]string{"email": email, "username": c.name, "password": password(c.name)}).ok() {
		c.answered(fact{kind: accounts, first: region, region: region, id: email})
	}
}

// crowd makes a client of every user.
func (w *work) crowd(r *resolver) []*client {
	var all []*client
	for _, p := range w.people {
		all = append(all, &client{person: p, home: p.region, resolver: r})
	}
	return all
}

// together does something for every client, a few at a time.
func together(all []*client, do func(*client)) {
	var running sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, c := range all {
		slots <- struct{}{}
		running.Go(func() {
			do(c)
			<-slots
		})
	}
	running.Wait()
}
