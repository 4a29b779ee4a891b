package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// verdict is what became of one promise.
type verdict struct {
	text   string // what was counted
	claim  string // what holds beside that, if nothing was broken
	mu     sync.Mutex
	broken []string
}

func (v *verdict) say(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.broken = append(v.broken, fmt.Sprintf(format, args...))
}

// listed bounds how many breaches of one promise are told.
const listed = 10

// print tells one line, and below it what was broken.
func (v *verdict) print() (held bool) {
	if len(v.broken) == 0 {
		fmt.Println("ok     ", strings.Join(slices.DeleteFunc([]string{v.text, v.claim}, func(s string) bool { return s == "" }), "; "))
		return true
	}
	fmt.Printf("BROKEN  %s: %d breaches\n", v.text, len(v.broken))
	for _, b := range v.broken[:min(len(v.broken), listed)] {
		fmt.Println("        -", b)
	}
	return false
}

// check prints every promise and tells whether all held.
func (w *work) check(ctx context.Context) (held bool, err error) {
	held = true
	for _, promise := range []func() *verdict{w.checkSessions, w.checkResets, w.checkClaims, w.checkProgress, w.checkTotals, w.checkLikes, w.checkUploads} {
		held = promise().print() && held
	}
	v, err := w.cloud.checkReplicas(ctx)
	if err != nil {
		return false, err
	}
	way := &verdict{text: fmt.Sprintf("on the way: %d answers that none may be", len(w.history.wrong)), broken: w.history.wrong}
	held = way.print() && held
	return v.print() && held, nil
}

// each does something for every user, a few at a time.
func (w *work) each(do func(*person)) {
	var all sync.WaitGroup
	slots := make(chan struct{}, 8)
	for _, p := range w.people {
		slots <- struct{}{}
		all.Go(func() {
			do(p)
			<-slots
		})
	}
	all.Wait()
}
