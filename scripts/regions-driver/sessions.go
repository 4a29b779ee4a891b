package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// session is what a user holds.
type session struct {
	User                      struct{ ID string }
	AccessToken, RefreshToken string
	lost                      bool // the last refresh has no answer, or the user is not signed in
	begun                     time.Time
	shaky                     bool // a use of a link without answer may still end it
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
	if !p.shaky {
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
			p.lost, p.begun, p.shaky = false, time.Now(), time.Now().Before(p.excused)
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

// checkSessions refreshes every session that must have lived until now in all regions at once, and again a moment later.
func (w *work) checkSessions() *verdict {
	v := &verdict{}
	var n atomic.Int64
	w.each(func(p *person) {
		if p.lost || p.shaky {
			return
		}
		n.Add(1)
		begin, next := time.Now(), session{}
		for time.Since(begin) < grace/2 {
			for region, a := range w.refreshAll(p.RefreshToken) {
				s := p.session
				if !a.ok() || json.Unmarshal(a.data, &s) != nil {
					if time.Since(begin) < grace {
						v.say("%s: %s answers %d to a good refresh token", p.name, w.cloud.names[region], a.status)
					}
				} else if next.RefreshToken != "" && next.RefreshToken != s.RefreshToken {
					v.say("%s: one refresh token has two successors", p.name)
				} else {
					next = s
				}
			}
			time.Sleep(grace / 5)
		}
		if next.RefreshToken != "" {
			p.session = next
		}
	})
	h := w.history
	v.text = fmt.Sprintf("sessions: %d refreshes answered, %d of them repeated elsewhere after a lost answer, %d given up in the trouble; at the end %d sessions refreshed in all regions at once and again",
		h.counts["refreshes"], h.counts["refreshes repeated"], h.counts["refreshes given up"], n.Load())
	v.claim = "nobody signed out, one successor of each token"
	return v
}

// refreshAll sends one refresh token to all regions at once.
func (w *work) refreshAll(token string) []answer {
	got := make([]answer, len(w.cloud.apis))
	var all sync.WaitGroup
	for region := range w.cloud.apis {
		all.Go(func() {
			got[region] = w.cloud.ask(region, "POST", "/api/auth/refresh", "", map[string]string{"refreshToken": token})
		})
	}
	all.Wait()
	return got
}
