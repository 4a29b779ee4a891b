package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// history is what happened.
type history struct {
	begin  time.Time
	mu     sync.Mutex
	codes  map[int]int
	counts map[string]int
	wrong  []string // what no answer may be
	made   []claim
	tries  map[string][]try // at a user's password
}

func newHistory() *history {
	return &history{begin: time.Now(), codes: map[int]int{}, counts: map[string]int{}, tries: map[string][]try{}}
}

// claim is one call of register; status 0 or 5xx: nobody knows what became of it.
type claim struct {
	email, who       string
	called, returned int64
	status           int
}

// try is a use of a link, or with link 0 a sign-in.
type try struct {
	link             int // of the user, from 1
	password         string
	called, returned int64
	answer           answer
}

func (h *history) now() int64 { return int64(time.Since(h.begin)) }

func (h *history) claim(c claim) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made = append(h.made, c)
	h.codes[c.status]++
}

func (h *history) try(user string, t try) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tries[user] = append(h.tries[user], t)
}

// took counts an answer by its status.
func (h *history) took(a answer) answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.codes[a.status]++
	return a
}

func (h *history) count(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts[what]++
}

func (h *history) broke(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wrong = append(h.wrong, fmt.Sprintf(format, args...))
}

func (h *history) summary() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(h.codes)) {
		codes = append(codes, fmt.Sprintf("%d× %d", h.codes[code], code))
	}
	return strings.Replace("calls by status: "+strings.Join(codes, ", "), "× 0", "without answer", 1)
}
