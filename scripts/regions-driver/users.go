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
	name, email, token string
	id                 string
	region             int
	best               map[string]int             // answered completions: the best score of each lesson
	attempts           map[string]map[string]bool // ids of the answered ones
	maybe              map[string]map[string]int  // scores of those whose answer was lost
	likes              map[string]bool            // as answered last
	unsure             map[string]bool            // lessons whose last like or dislike has no answer
}

// rushEvery is how often three people want one new address at the same moment, each in another region: within the 300 registrations that
// each region takes in 10 minutes.
const rushEvery = 3 * time.Second

// prepare makes the accounts while all is well.
func (w *work) prepare(ctx context.Context) error {
	for i := range w.options.users {
		p := &person{name: fmt.Sprint("user", i), email: fmt.Sprintf("user%d@example.org", i), region: i % len(w.cloud.apis), best: map[string]int{},
			attempts: map[string]map[string]bool{}, maybe: map[string]map[string]int{}, likes: map[string]bool{}, unsure: map[string]bool{}}
		got := w.register(p.region, p.email, p.name)
		if got.status != http.StatusCreated {
			return fmt.Errorf("%s: %d %s", p.email, got.status, got.data)
		}
		var in struct {
			User        struct{ ID string }
			AccessToken string
		}
		if err := json.Unmarshal(got.data, &in); err != nil {
			return err
		}
		p.id, p.token = in.User.ID, in.AccessToken
		w.people = append(w.people, p)
	}
	if err := w.cloud.quiet(); err != nil {
		return err
	}
	var lessons []struct{ ID string }
	got := w.cloud.call(0, "GET", "/api/lessons?limit=100", w.people[0].token, nil)
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
				if got := w.register(region, email, who); got.status == 0 || got.status >= http.StatusInternalServerError {
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
		switch k := random.IntN(20); {
		case k < 9:
			w.complete(p, lesson, random)
		case k < 14:
			w.like(p, lesson, random.IntN(2) == 0)
		default:
			w.history.count(w.cloud.call(p.region, "GET", "/api/users/me/dashboard", p.token, nil).status)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(random.IntN(2000)) * time.Millisecond):
		}
	}
}

// complete tries up to three times, in another region each time, with the attempt's id.
func (w *work) complete(p *person, lesson string, random *rand.Rand) {
	id, score := uuid.Must(uuid.NewV7()).String(), random.IntN(101)
	for range 3 {
		got := w.cloud.call(p.region, "POST", "/api/lessons/"+lesson+"/complete", p.token, map[string]any{"score": score, "changeId": id})
		w.history.count(got.status)
		if got.status == http.StatusOK {
			if p.attempts[lesson] == nil {
				p.attempts[lesson] = map[string]bool{}
			}
			p.attempts[lesson][id] = true
			if best, done := p.best[lesson]; !done || score > best {
				p.best[lesson] = score
			}
			if p.maybe[lesson] != nil {
				delete(p.maybe[lesson], id)
			}
			return
		}
		if p.maybe[lesson] == nil {
			p.maybe[lesson] = map[string]int{}
		}
		p.maybe[lesson][id] = score
		p.region = (p.region + 1) % len(w.cloud.apis)
	}
}

func (w *work) like(p *person, lesson string, liked bool) {
	method := "PUT"
	if !liked {
		method = "DELETE"
	}
	got := w.cloud.call(p.region, method, "/api/lessons/"+lesson+"/like", p.token, nil)
	w.history.count(got.status)
	if p.unsure[lesson] = got.status != http.StatusOK && got.status != http.StatusNoContent; !p.unsure[lesson] {
		p.likes[lesson] = liked
	}
}

// history is what happened.
type history struct {
	begin time.Time
	mu    sync.Mutex
	codes map[int]int
	made  []claim
}

// claim is one call of register; status 0 or 5xx: nobody knows what became of it.
type claim struct {
	email, who       string
	called, returned int64
	status           int
}

func (h *history) now() int64 { return int64(time.Since(h.begin)) }

func (h *history) claim(c claim) {
	h.mu.Lock()
	h.made = append(h.made, c)
	h.mu.Unlock()
	h.count(c.status)
}

func (h *history) count(status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.codes == nil {
		h.codes = map[int]int{}
	}
	h.codes[status]++
}

func (h *history) summary() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return fmt.Sprintf("calls by status (0: no answer): %v; registrations: %d", h.codes, len(h.made))
}
