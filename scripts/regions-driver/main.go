// Command regions-driver proves what several regions promise: users move between three regions, each a whole stack of `go run ./local
// --regions`, while links lag and are cut and regions are isolated and stopped. After healing nothing that was answered may be missing,
// doubled or different from region to region. One seed is one history of troubles.
//
//	go run ./scripts/regions-driver --mode strong --seed 1
//	go run ./scripts/regions-driver --mode home --for 2m --mutant plain-counters    # must be caught
//	go run ./scripts/regions-driver --mode home --lose primary                      # what a lost region costs
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

type options struct {
	mode, mutant string
	seed         uint64
	users        int
	length       time.Duration

	lose          string // primary or secondary
	lag, interval time.Duration
	failures      int
}

func main() {
	var o options
	flag.StringVar(&o.mode, "mode", "strong", "strong: three US regions; home: three continents")
	flag.StringVar(&o.mutant, "mutant", "", "weaken the design first: plain-counters, claim-anywhere, arrival-order, link-anywhere, read-here or no-grace")
	flag.Uint64Var(&o.seed, "seed", 1, "of users and troubles")
	flag.IntVar(&o.users, "users", 30, "that move between the regions")
	flag.DurationVar(&o.length, "for", 0, "how long they do: 10m, or 90s with --lose")
	flag.StringVar(&o.lose, "lose", "", "instead of troubles: the region to stop for good after a third of the time, primary or secondary")
	flag.DurationVar(&o.interval, "check-every", 10*time.Second, "with --lose: how often a region's health is asked")
	flag.IntVar(&o.failures, "failures", 1, "with --lose: that take a region out")
	flag.DurationVar(&o.lag, "lag", 0, "with --lose: of every link, one way, and half of it more at random; that of go run ./local if 0")
	flag.Parse()
	if o.length == 0 {
		o.length = 10 * time.Minute
		if o.lose != "" {
			o.length = 90 * time.Second
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	held, err := run(ctx, o)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "regions-driver:", err)
		os.Exit(2)
	case !held:
		fmt.Println("promises were broken")
		os.Exit(1)
	}
	fmt.Println("all promises held")
}

// run tells whether all promises held.
func run(ctx context.Context, o options) (held bool, err error) {
	cloud, err := startCloud(ctx, o)
	if err != nil {
		return false, err
	}
	defer cloud.end()
	w := &work{cloud: cloud, history: newHistory(), options: o}
	if err := w.prepare(ctx); err != nil {
		return false, err
	}
	if o.lose != "" {
		return w.lose(ctx)
	}
	fmt.Printf("%s, %d users, %v, seed %d\n", o.mode, o.users, o.length, o.seed)
	until, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { trouble(until, cloud, rand.New(rand.NewPCG(o.seed, 1))) })
	running.Go(func() { w.rush(until) })
	for i := range w.people {
		running.Go(func() { w.live(until, w.people[i], rand.New(rand.NewPCG(o.seed, uint64(100+i)))) })
	}
	running.Wait()
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err := cloud.change(map[string]any{"do": "heal"}); err != nil {
		return false, err
	}
	if err := cloud.quiet(ctx); err != nil {
		return false, err
	}
	if err := cloud.replay(ctx); err != nil {
		return false, err
	}
	fmt.Println(w.history.summary())
	return w.check(ctx)
}
