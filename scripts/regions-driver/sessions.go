package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// session is what a user holds.
type session struct {
	User                      struct{ ID string }
	AccessToken, RefreshToken string
	lost                      bool // the last refresh has no answer, or the user is not signed in
	begun                     time.Time
}

// What docs/ARCHITECTURE.md promises of refresh tokens: one that comes again within 10 s is answered by the same successor, in any region
// that knows the session.
const (
	grace        = 10 * time.Second
	refreshLimit = 3 * time.Second // that a client waits, so that it can ask two others within the grace
)

// refresh asks for new tokens, and again in the other regions when there is no answer. Where the session has not arrived yet, or after the
// grace, the user may be told to sign in; but not by all regions within the grace, as one of them opened the session.
func (w *work) refresh(ctx context.Context, p *person) {
	begin, refused, unanswered := time.Now(), 0, 0
	for i := 0; i < 2*len(w.cloud.apis) && time.Since(begin) < grace-refreshLimit; i++ {
		got := w.history.took(w.cloud.callWithin(refreshLimit, p.region, "POST", "/api/auth/refresh", "", map[string]string{"refreshToken": p.RefreshToken}))
		switch {
		case got.ok() && json.Unmarshal(got.data, &p.session) == nil:
			p.lost = false
			w.history.count("refreshes")
			if unanswered > 0 {
				w.history.count("refreshes repeated")
			}
			return
		case got.status == http.StatusUnauthorized:
			refused++
		default:
			unanswered++
			p.lost = true
		}
		p.region = (p.region + 1) % len(w.cloud.apis)
	}
	if refused >= len(w.cloud.apis) && unanswered == 0 && time.Since(begin) < grace {
		w.signedOut(p, "all regions refuse the refresh token")
	}
	w.history.count("refreshes given up")
	w.signIn(ctx, p)
}

// signedOut notes that a user must sign in again who should not have to.
func (w *work) signedOut(p *person, format string, args ...any) {
	if time.Now().After(p.excused) {
		w.history.broke("%s, session since %v: %s", p.name, time.Since(p.begun).Round(time.Millisecond), fmt.Sprintf(format, args...))
	}
}

// signIn tries the passwords that may be right in one region after the other, until ctx ends.
func (w *work) signIn(ctx context.Context, p *person) {
	p.lost = true
	for i := 0; ctx.Err() == nil; i++ {
		password := p.passwords[i%len(p.passwords)]
		got := w.history.took(w.login(p.region, p, password, w.options.mode == "strong"))
		if got.ok() && json.Unmarshal(got.data, &p.session) == nil {
			p.lost, p.begun = false, time.Now()
			w.history.count("sign-ins")
			return
		}
		if got.status != http.StatusUnauthorized || i%len(p.passwords) == len(p.passwords)-1 {
			p.region = (p.region + 1) % len(w.cloud.apis)
		}
		select {
		case <-ctx.Done():
		case <-time.After(300 * time.Millisecond):
		}
	}
}

// login tells the history if the region must know the newest password.
func (w *work) login(region int, p *person, password string, tell bool) answer {
	called := w.history.now()
	got := w.cloud.call(region, "POST", "/api/auth/login", "", map[string]string{"email": p.email, "password": password})
	if tell {
		w.history.try(p.name, try{0, password, called, w.history.now(), got})
	}
	return got
}

// checkSessions refreshes every session that lived until now in all regions at once.
func (w *work) checkSessions() *verdict {
	v := &verdict{}
	var mu sync.Mutex
	n := 0
	w.each(func(p *person) {
		if p.lost || time.Now().Before(p.excused) {
			return
		}
		got := make([]answer, len(w.cloud.apis))
		var all sync.WaitGroup
		for region := range w.cloud.apis {
			all.Go(func() {
				got[region] = w.cloud.ask(region, "POST", "/api/auth/refresh", "", map[string]string{"refreshToken": p.RefreshToken})
			})
		}
		all.Wait()
		mu.Lock()
		defer mu.Unlock()
		n++
		var first session
		for region, a := range got {
			var s session
			if !a.ok() || json.Unmarshal(a.data, &s) != nil {
				v.say("%s: %s answers %d to a good refresh token", p.name, w.cloud.names[region], a.status)
			} else if first.RefreshToken != "" && first.RefreshToken != s.RefreshToken {
				v.say("%s: the regions answer different successors of one refresh token", p.name)
			} else {
				first = s
			}
		}
		if first.RefreshToken != "" {
			p.session = first
		}
	})
	h := w.history
	v.text = fmt.Sprintf("sessions: %d refreshes answered, %d of them repeated elsewhere after a lost answer, %d users sent to sign in by lost answers alone; %d sessions refreshed in all regions at once, one successor each",
		h.counts["refreshes"], h.counts["refreshes repeated"], h.counts["refreshes given up"], n)
	return v
}
