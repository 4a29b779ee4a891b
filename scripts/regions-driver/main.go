// Command regions-driver proves what several regions promise: users move between three regions, each a whole stack of `go run ./local
// --regions`, while links lag and are cut and regions are isolated and stopped. After healing nothing that was answered may be missing,
// doubled or different from region to region. One seed is one history of troubles.
//
//	go run ./scripts/regions-driver --mode strong --seed 1
//	go run ./scripts/regions-driver --mode home --for 2m --mutant plain-counters    # must be caught
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"sync"
	"time"
)

type options struct {
	mode, mutant string
	seed         uint64
	users        int
	length       time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.mode, "mode", "strong", "strong: three US regions; home: three continents")
	flag.StringVar(&o.mutant, "mutant", "", "weaken the design first: plain-counters, claim-anywhere or arrival-order")
	flag.Uint64Var(&o.seed, "seed", 1, "of users and troubles")
	flag.IntVar(&o.users, "users", 30, "that move between the regions")
	flag.DurationVar(&o.length, "for", 10*time.Minute, "how long they do")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	broken, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "regions-driver:", err)
		os.Exit(2)
	}
	if len(broken) > 0 {
		for _, b := range broken {
			fmt.Println("BROKEN", b)
		}
		os.Exit(1)
	}
	fmt.Println("all promises held")
}

// run answers what was broken.
func run(ctx context.Context, o options) ([]string, error) {
	cloud, err := startCloud(ctx, o)
	if err != nil {
		return nil, err
	}
	defer cloud.end()
	h := &history{begin: time.Now()}
	w := &work{cloud: cloud, history: h, options: o}
	if err := w.prepare(ctx); err != nil {
		return nil, err
	}
	until, cancel := context.WithTimeout(ctx, o.length)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() { trouble(until, cloud, rand.New(rand.NewPCG(o.seed, 1))) })
	running.Go(func() { w.rush(until) })
	for i := range w.people {
		running.Go(func() { w.live(until, w.people[i], rand.New(rand.NewPCG(o.seed, uint64(100+i)))) })
	}
	running.Wait()
	if err := cloud.change(map[string]any{"do": "heal"}); err != nil {
		return nil, err
	}
	if err := cloud.quiet(); err != nil {
		return nil, err
	}
	fmt.Println(h.summary())
	return w.check(ctx)
}
