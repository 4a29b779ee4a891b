// Package bus is what lies between a recorded event and the functions behind it: pipes from tables' streams, the event bus with its rules,
// Lambda's asynchronous invocations, and the queue for what failed for good. It promises what AWS does: each event reaches each function
// whose rule matches it at least once, in no particular order.
//
// Everything lies in one file and survives a kill: a source's position moves in the write that stores the deliveries, and a delivery goes in
// the write that stores its outcome. Different from AWS are times alone: pauses between tries are seconds instead of minutes, and few
// functions run at once, so that requests do not wait for them.
package bus

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	"lyceum/local/pattern"
	"lyceum/local/template"
)

// Options says who gets events.
type Options struct {
	Dir               string // folder of the file; "" is a temporary one that Close removes
	Region, AccountID string
	Buses             []template.Bus
	Functions         []template.Function // their rules and what becomes of failures
	Queues            []template.Queue

	// Invoke calls a function and returns when it has answered or ctx has ended.
	Invoke func(ctx context.Context, function string, payload []byte) ([]byte, error)
	// Failed tells whether an error of Invoke is the function's own failure; any other is tried again without being counted.
	Failed func(error) (response json.RawMessage, failed bool)

	Secret    func(accessKeyID string) (secret string, ok bool)
	Authorize func(accessKeyID, action, resource string) error

	Pause time.Duration // before the second try, twice as long before the third; 0 means 1 s, where Lambda waits a minute
	Log   *slog.Logger
}

// Bus hands events to functions from Run to Close.
type Bus struct {
	opts   Options
	temp   string
	db     *bolt.DB
	rules  []rule
	lanes  map[string]*lane
	queues map[string]template.Queue

	sources  []Source
	mu       sync.Mutex // guards the lanes
	running  int
	wake     chan struct{}
	ctx      context.Context
	cancel   context.CancelFunc
	finished sync.WaitGroup
}

type rule struct {
	name, bus, function string
	pattern             pattern.Pattern
}

// Event is the envelope of an event ("Events in Amazon EventBridge").
type Event struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       time.Time       `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// Open reads what an earlier run left. Nothing is handed over before Run.
func Open(o Options) (*Bus, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	b := &Bus{opts: o, lanes: map[string]*lane{}, queues: map[string]template.Queue{}, wake: make(chan struct{}, 1)}
	b.ctx, b.cancel = context.WithCancel(context.Background())
	for _, f := range o.Functions {
		b.lanes[f.Name] = &lane{function: f}
		for _, r := range f.Rules {
			b.rules = append(b.rules, rule{r.Name, r.Bus, f.Name, r.Pattern})
		}
	}
	for _, q := range o.Queues {
		b.queues[q.Name] = q
	}
	dir := o.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "events-"); err != nil {
			return nil, err
		}
		b.temp = dir
	}
	if err := b.openFile(filepath.Join(dir, "events.db")); err != nil {
		return nil, fmt.Errorf("the events in %s cannot be used: %w", dir, err)
	}
	return b, nil
}

// Run follows the sources and hands events over, in the background.
func (b *Bus) Run(sources ...Source) {
	b.sources = sources
	for _, s := range sources {
		b.finished.Go(func() { b.follow(s) })
	}
	b.finished.Go(b.dispatch)
}

// Close ends it. A function that still runs is not waited for: its event comes again after the next start.
func (b *Bus) Close() error {
	b.cancel()
	b.finished.Wait()
	err := b.db.Close()
	if b.temp != "" {
		os.RemoveAll(b.temp)
	}
	return err
}

// event completes an envelope.
func (b *Bus) event(e Event) Event {
	e.Version, e.ID, e.Account, e.Region = "0", uuid.NewString(), b.opts.AccountID, b.opts.Region
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Time = e.Time.UTC().Truncate(time.Second)
	if e.Resources == nil {
		e.Resources = []string{}
	}
	return e
}

// route makes a delivery for each function whose rule matches the event.
func (b *Bus) route(bus string, e Event) (deliveries []*delivery, err error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	for _, r := range b.rules {
		if r.bus == bus && r.pattern.Match(text) {
			deliveries = append(deliveries, newDelivery(r.function, text))
		}
	}
	return deliveries, nil
}
