package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// slack is what a busy machine may take beyond a link's lag until a write has arrived.
const slack = time.Second

// lose stops a region for good while clients write, judges what the others have, then starts it again and judges all.
func (w *work) lose(ctx context.Context) (held bool, err error) {
	lost := map[string]int{"primary": 0, "secondary": 1}[w.options.lose]
	if w.options.lose != "primary" && w.options.lose != "secondary" {
		return false, fmt.Errorf("--lose %q is not primary or secondary", w.options.lose)
	}
	left := slices.DeleteFunc([]int{0, 1, 2}, func(r int) bool { return r == lost })
	lag, err := w.setLag()
	if err != nil {
		return false, err
	}
	home := w.options.mode == "home"
	fmt.Printf("%s, %d users, %v, seed %d: %s (%s) stops after a third; a write is elsewhere after %v; health is asked every %v, %d failures take a region out\n",
		w.options.mode, w.options.users, w.options.length, w.options.seed, w.cloud.names[lost], w.options.lose, lag, w.options.interval, w.options.failures)

	probing := w.people[len(w.people)-1]
	w.people = w.people[:len(w.people)-1]
	r := newResolver(w.cloud, w.options)
	all := w.crowd(r)
	until, cancel := context.WithTimeout(ctx, w.options.length)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { r.run(until) })
	for i, c := range all {
		running.Go(func() { c.live(until, w, rand.New(rand.NewPCG(w.options.seed, uint64(100+i)))) })
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-time.After(w.options.length / 3):
	}
	r.awaitGood(until, lost) // the worst moment: nobody will ask for a whole interval
	stop := time.Now()
	if err := w.cloud.change(map[string]any{"do": "stop", "region": w.cloud.names[lost]}); err != nil {
		return false, err
	}
	routes := w.probeRoutes(until, probing, left, home && lost == 0, stop)
	running.Wait()
	if err := w.cloud.settled(left); err != nil {
		return false, err
	}
	without, err := w.search(ctx, all, left)
	if err != nil {
		return false, err
	}
	if err := w.cloud.change(map[string]any{"do": "start", "region": w.cloud.names[lost]}); err != nil {
		return false, err
	}
	if err := w.cloud.quiet(ctx); err != nil {
		return false, err
	}
	back, err := w.search(ctx, all, []int{0, 1, 2})
	if err != nil {
		return false, err
	}
	replicas, err := w.cloud.checkReplicas(ctx)
	if err != nil {
		return false, err
	}
	fmt.Println(w.history.summary())
	held = w.waited(all, stop).print()
	held = routes.print() && held
	for _, k := range kinds {
		got := without.row(k.kind, all, lost, stop, back)
		v := &verdict{text: fmt.Sprintf("%s (%s): %v", k.kind, k.table, got)}
		allLost := k.table == "identity" && !home
		switch {
		case got.after > 0:
			v.say("%d are missing although the region is back", got.after)
		case allLost && got.missing > 0:
			v.say("a strongly consistent table lost %d", got.missing)
		case got.byOthers > 0 && !(k.table == "identity" && home && lost == 0): // others' changes of accounts are written there
			v.say("%d are missing that other regions answered", got.byOthers)
		case got.oldest > lag+slack:
			v.say("one is missing that was answered %v before the stop, a write is elsewhere after %v", got.oldest, lag)
		}
		held = v.print() && held
	}
	return replicas.print() && held, nil
}

// setLag gives every link the lag that is wished, and answers how long the way takes at most.
func (w *work) setLag() (time.Duration, error) {
	lag := w.options.lag
	if lag == 0 {
		return 30 * time.Millisecond, nil
	}
	for i := range w.cloud.names {
		link := map[string]any{"do": "link", "a": w.cloud.names[i], "b": w.cloud.names[(i+1)%3], "lag": lag.String(), "jitter": (lag / 2).String()}
		if err := w.cloud.change(link); err != nil {
			return 0, err
		}
	}
	return lag + lag/2, nil
}

// waited judges how long clients got errors: no longer than until the health checks have noticed, and what was asked just before has failed.
func (w *work) waited(all []*client, stop time.Time) *verdict {
	bound := w.options.interval * time.Duration(w.options.failures)
	v, failed, touched := &verdict{}, 0, 0
	var errors, longest, last time.Duration
	for _, c := range all {
		if c.failed > 0 {
			touched++
			last = max(last, c.last.Sub(stop))
		}
		failed += c.failed
		errors, longest = max(errors, c.errors), max(longest, c.longest)
		if c.errors > bound || !c.failing.IsZero() {
			v.say("%s got errors for %v, at the end: %v", c.name, c.errors, !c.failing.IsZero())
		}
	}
	v.text = fmt.Sprintf("clients: %d of %d had failures (%d requests); a client's errors lasted %v at most, allowed are %v × %d; its next good answer came %v after the first error at most; "+
		"the last error of all came %v after the stop", touched, len(all), failed, short(errors), w.options.interval, w.options.failures, short(longest), short(last))
	return v
}

func short(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }

// settled waits until nothing is under way between the regions that are left.
func (c *cloud) settled(left []int) error {
	still := 0 // times in a row
	for range 600 {
		var state struct {
			Waiting []struct{ What, From, To string }
		}
		got := c.call(left[0], "GET", "/_local/regions", "", nil)
		if err := json.Unmarshal(got.body, &state); err != nil {
			return err
		}
		stands := func(name string) bool {
			return slices.ContainsFunc(left, func(r int) bool { return c.names[r] == name })
		}
		under := slices.ContainsFunc(state.Waiting, func(way struct{ What, From, To string }) bool {
			return stands(way.To) && (stands(way.From) || way.From == "the others")
		})
		if still++; under {
			still = 0
		} else if still == 5 {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("after a minute writes are still under way between the regions that are left")
}
