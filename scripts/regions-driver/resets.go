package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"time"
)

// resetEvery is how often a user forgets the password: four times in a long run, within the 5 mails in 15 minutes that an address gets and
// the 60 requests in 10 minutes that a region takes.
func (w *work) resetEvery() time.Duration { return max(20*time.Second, w.options.length/4) }

// Times of a reset.
const (
	mailWithin = 20 * time.Second
	straggling = 30 * time.Second // after which no request without answer begins to run; until then it ends the sessions of before
)

// past is what a used link has ended.
type past struct {
	at        time.Time
	token     string   // an access token of before
	passwords []string // that were good before, or lost
}

// forget has a link sent, and two or three others use it at the same moment, in different regions, each with a password of their own.
func (w *work) forget(ctx context.Context, p *person, random *rand.Rand) {
	region := random.IntN(len(w.cloud.apis))
	seen := w.mails(region, p.email)
	if got := w.history.took(w.cloud.call(region, "POST", "/api/auth/password/forgot", "", map[string]string{"email": p.email})); !got.ok() {
		w.history.count("links refused")
		return
	}
	token := w.link(ctx, region, p.email, seen)
	if token == "" {
		if ctx.Err() == nil {
			w.history.count("links without mail")
		}
		return
	}
	p.links++
	time.Sleep(time.Duration(random.IntN(1500)) * time.Millisecond) // people read; and every replica that gets the link has it
	clients := 2 + random.IntN(2)
	tries := make([]try, clients)
	var all sync.WaitGroup
	for i, at := range random.Perm(len(w.cloud.apis))[:clients] {
		all.Go(func() {
			t := try{link: p.links, password: fmt.Sprintf("link %d of %s used by client %d", p.links, p.name, i), called: w.history.now()}
			t.answer = w.history.took(w.cloud.call(at, "POST", "/api/auth/password/reset", "", map[string]string{"token": token, "password": t.password}))
			t.returned = w.history.now()
			tries[i] = t
			w.history.try(p.name, t)
		})
	}
	all.Wait()
	w.history.count("links")
	w.settle(p, tries)
	w.signIn(ctx, p)
}

// settle notes which passwords may be right now.
func (w *work) settle(p *person, tries []try) {
	var won, lost, perhaps []string
	for _, t := range tries {
		switch {
		case t.answer.ok():
			won = append(won, t.password)
		case t.answer.unknown():
			perhaps = append(perhaps, t.password)
			if t.answer.status == 0 {
				p.excused = time.Now().Add(straggling)
			}
		default:
			lost = append(lost, t.password)
		}
	}
	if len(won) == 0 {
		p.passwords, p.past = append(perhaps, p.passwords...), nil
		return
	}
	w.history.count("links used")
	p.past = &past{time.Now(), p.AccessToken, append(lost, p.passwords...)}
	p.passwords = won // of a weakened design there may be more
}

// mail is what the mailbox shows of one.
type mail struct{ ID, Subject, Text string }

func (w *work) mails(region int, to string) (mails []mail) {
	got := w.cloud.call(region, "GET", "/_local/mail?to="+url.QueryEscape(to), "", nil)
	_ = json.Unmarshal(got.body, &mails)
	return mails
}

var resetLink = regexp.MustCompile(`\S+/reset-password\?token=\S+`)

// link waits for a mail that was not seen before and gives the token in it; "" if none comes.
func (w *work) link(ctx context.Context, region int, to string, seen []mail) string {
	for deadline := time.Now().Add(mailWithin); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(200 * time.Millisecond) {
		for _, m := range w.mails(region, to) {
			link, err := url.Parse(resetLink.FindString(m.Text))
			if err == nil && link.RawQuery != "" && !slices.ContainsFunc(seen, func(s mail) bool { return s.ID == m.ID }) {
				return link.Query().Get("token")
			}
		}
	}
	return ""
}

// checkResets signs in as everybody, in every region, and with all that must not open any more.
func (w *work) checkResets() *verdict {
	v := &verdict{}
	var mu sync.Mutex
	right, wrong, ended := 0, 0, 0
	w.each(func(p *person) {
		if p.past != nil && time.Since(p.past.at) < 14*time.Minute { // else the token has ended by itself
			for region, name := range w.cloud.names {
				got := w.cloud.ask(region, "GET", "/api/users/me", p.past.token, nil)
				mu.Lock()
				if ended++; got.status != http.StatusUnauthorized {
					v.say("%s: %s answers %d to a session from before the reset", p.name, name, got.status)
				}
				mu.Unlock()
			}
		}
		opens := ""
		for region, name := range w.cloud.names {
			for _, password := range p.passwords {
				if opens != "" && opens != password {
					continue
				}
				got := w.sure(region, p, password)
				if got.ok() {
					opens = password
					_ = json.Unmarshal(got.data, &p.session)
				}
			}
			if got := w.sure(region, p, opens); opens == "" || !got.ok() {
				v.say("%s: no password that may be right signs in at %s", p.name, name)
			}
			mu.Lock()
			right++
			mu.Unlock()
			if p.past == nil {
				continue
			}
			for _, password := range p.past.passwords[:min(3, len(p.past.passwords))] { // more would lock the account
				w.sure(region, p, password)
				mu.Lock()
				wrong++
				mu.Unlock()
			}
		}
	})
	twice := w.history.checkPasswords(v)
	h := w.history
	v.text = fmt.Sprintf("reset links: %d tried at once in several regions, %d used, %d used twice; %d sign-ins with the right password, %d tries with a wrong one, %d asked with a session from before",
		h.counts["links"], h.counts["links used"], twice, right, wrong, ended)
	if n := h.counts["links refused"] + h.counts["links without mail"]; n > 0 {
		v.text += fmt.Sprintf("; %d could not be asked for or were not mailed in the trouble", n)
	}
	v.claim = "exactly the winner's opens, in every region; the histories are linearizable (porcupine)"
	return v
}

// sure signs in when all is well: what it answers is true of the newest password in any mode.
func (w *work) sure(region int, p *person, password string) answer {
	for {
		got := w.login(region, p, password, true)
		if got.status != http.StatusTooManyRequests {
			return got
		}
		time.Sleep(2 * time.Second)
	}
}
