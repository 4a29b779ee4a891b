package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
)

// work is what the users do.
type work struct {
	cloud   *cloud
	history *history
	options options
	lessons []string
	people  []*person
}

// person is one user: what they know to have done.
type person struct {
	name, email string
	region      int
	session
	uploads []*upload

	links     int       // to a new password that others tried at once
	nextReset time.Time // when this user forgets the password again
	passwords []string  // those that may be right, the likeliest first
	past      *past     // what the last link ended
	excused   time.Time // until when a use of a link without answer may begin to run, and end the sessions of before

	best     map[string]int             // answered completions: the best score of each lesson
	attempts map[string]map[string]bool // ids of the answered ones
	maybe    map[string]map[string]int  // scores of those whose answer was lost
	likes    map[string]bool            // as answered last
	unsure   map[string]bool            // lessons whose last like or dislike has no answer
}

// rushEvery is how often three people want one new address at the same moment, each in another region: within the 300 registrations that
// each region takes in 10 minutes.
const rushEvery = 3 * time.Second

// prepare makes the accounts while all is well.
func (w *work) prepare(ctx context.Context) error {
	for i := range w.options.users {
		name := fmt.Sprint("user", i)
		p := &person{
			name: name, email: name + "@example.org", region: i % len(w.cloud.apis), passwords: []string{password(name)},
			nextReset: time.Now().Add(w.resetEvery() * time.Duration(i) / time.Duration(w.options.users)),
			best:      map[string]int{}, attempts: map[string]map[string]bool{}, maybe: map[string]map[string]int{}, likes: map[string]bool{}, unsure: map[string]bool{},
		}
		got := w.register(p.region, p.email, p.name)
		if got.status != http.StatusCreated || json.Unmarshal(got.data, &p.session) != nil {
			return fmt.Errorf("%s: %d %s", p.email, got.status, got.data)
		}
		w.people = append(w.people, p)
	}
	if err := w.cloud.quiet(ctx); err != nil {
		return err
	}
	var lessons []struct{ ID string }
	got := w.cloud.call(0, "GET", "/api/lessons?limit=100", w.people[0].AccessToken, nil)
	if err := json.Unmarshal(got.data, &lessons); err != nil || len(lessons) == 0 {
		return errors.Join(err, fmt.Errorf("no lessons: %d %s", got.status, got.data))
	}
	for _, l := range lessons {
		w.lessons = append(w.lessons, l.ID)
	}
	return nil
}

func password(name string) string { return "correct horse of " + name }

// register notes the call in the history of claims.
func (w *work) register(region int, email, name string) answer {
	called := w.history.now()
	got := w.cloud.call(region, "POST", "/api/auth/register", "", map[string]string{"email": email, "username": name, "password": password(name)})
	w.history.claim(claim{email, name, called, w.history.now(), got.status})
	return got
}

// rush lets three people want one address until ctx ends; who got no answer tries again once, elsewhere.
func (w *work) rush(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		var running sync.WaitGroup
		for region := range w.cloud.apis {
			running.Go(func() {
				email, who := fmt.Sprintf("wanted%d@example.org", n), fmt.Sprintf("rush%d-%d", n, region)
				if w.register(region, email, who).unknown() {
					w.register((region+1)%len(w.cloud.apis), email, who+"-again")
				}
			})
		}
		running.Wait()
		select {
		case <-ctx.Done():
		case <-time.After(rushEvery):
		}
	}
}

// live goes on until ctx ends.
func (w *work) live(ctx context.Context, p *person, random *rand.Rand) {
	for n := 0; ctx.Err() == nil; n++ {
		if random.IntN(3) == 0 {
			p.region = random.IntN(len(w.cloud.apis))
		}
		lesson := w.lessons[random.IntN(len(w.lessons))]
		switch k := random.IntN(40); {
		case time.Now().After(p.nextReset):
			w.forget(ctx, p, random)
			p.nextReset = time.Now().Add(w.resetEvery())
		case k < 18:
			w.complete(ctx, p, lesson, random)
		case k < 28:
			w.like(ctx, p, lesson, random.IntN(2) == 0)
		case k < 29:
			w.upload(p, random)
		case k < 31:
			w.refresh(ctx, p)
		default:
			w.as(ctx, p, "GET", "/api/users/me/dashboard", nil)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(random.IntN(2000)) * time.Millisecond):
		}
	}
}

// as sends a request of a user's, who signs in again when the session has ended.
func (w *work) as(ctx context.Context, p *person, method, path string, body any) answer {
	got := w.history.took(w.cloud.call(p.region, method, path, p.AccessToken, body))
	if got.status == http.StatusUnauthorized {
		w.signedOut(p, "%s answers 401 to %s", w.cloud.names[p.region], path)
		w.signIn(ctx, p)
	}
	return got
}

// complete tries up to three times, in another region each time, with the attempt's id.
func (w *work) complete(ctx context.Context, p *person, lesson string, random *rand.Rand) {
	id, score := uuid.Must(uuid.NewV7()).String(), random.IntN(101)
	for range 3 {
		got := w.as(ctx, p, "POST", "/api/lessons/"+lesson+"/complete", map[string]any{"score": score, "changeId": id})
		if got.ok() {
			if p.attempts[lesson] == nil {
				p.attempts[lesson] = map[string]bool{}
			}
			p.attempts[lesson][id] = true
			if best, done := p.best[lesson]; !done || score > best {
				p.best[lesson] = score
			}
			delete(p.maybe[lesson], id)
			w.history.count("completions")
			return
		}
		if got.unknown() {
			if p.maybe[lesson] == nil {
				p.maybe[lesson] = map[string]int{}
			}
			p.maybe[lesson][id] = score
		}
		p.region = (p.region + 1) % len(w.cloud.apis)
	}
}

func (w *work) like(ctx context.Context, p *person, lesson string, liked bool) {
	method := "PUT"
	if !liked {
		method = "DELETE"
	}
	got := w.as(ctx, p, method, "/api/lessons/"+lesson+"/like", nil)
	switch {
	case got.ok():
		p.likes[lesson], p.unsure[lesson] = liked, false
		w.history.count("likes")
	case got.unknown():
		p.unsure[lesson] = true
	}
}
