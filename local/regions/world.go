package regions

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"lyceum/local/dynamodb"
	"lyceum/local/s3"
)

// Options of a world.
type Options struct {
	Regions     []string // at least two
	Lag, Jitter time.Duration
	Seed        uint64
	Log         *slog.Logger // discards if nil
	// Idle tells whether nobody is about to write because of what has arrived, as consumers of events do. Nobody is, if nil.
	Idle func() (bool, error)
}

// World is everything between the regions. It is safe for concurrent use.
type World struct {
	Regions []string

	log     *slog.Logger
	idle    func() (bool, error)
	stop    chan struct{}
	ended   sync.WaitGroup
	engines map[string]*dynamodb.Server
	stores  map[string]*s3.Server
	buckets map[string]map[string]string // by region and by name in the template, the name there
	strong  map[string]*strongTable      // by name; not changed after Run
	tables  []string                     // eventually consistent ones
	feeds   []*feed

	mu        sync.Mutex
	links     map[pair]*Link
	places    map[string]*place
	changed   chan struct{} // closed when links or places change
	random    *rand.Rand
	conflicts map[string]bool // that were counted
	lost      []dynamodb.Conflict
	lostCount map[string]int // by table
}

// Link is the connection between two regions, the same in both directions.
type Link struct {
	A, B        string
	Lag, Jitter time.Duration // one way: lag, and up to jitter more
	Cut         bool
}

// place is a region's state.
type place struct {
	isolated, stopped bool
	skew              time.Duration
	gates             []*Gate
}

// pair names a link; the smaller name comes first.
type pair [2]string

func pairOf(a, b string) pair {
	if a > b {
		a, b = b, a
	}
	return pair{a, b}
}

// New makes a world whose links are whole.
func New(o Options) (*World, error) {
	if len(o.Regions) < 2 || len(slices.Compact(slices.Sorted(slices.Values(o.Regions)))) < len(o.Regions) || slices.Contains(o.Regions, "") {
		return nil, fmt.Errorf("%q are not two or more different regions", o.Regions)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &World{
		Regions: o.Regions, log: o.Log, idle: o.Idle, stop: make(chan struct{}), engines: map[string]*dynamodb.Server{},
		stores: map[string]*s3.Server{}, buckets: map[string]map[string]string{}, strong: map[string]*strongTable{},
		links: map[pair]*Link{}, places: map[string]*place{}, changed: make(chan struct{}), random: rand.New(rand.NewPCG(o.Seed, 0)),
		conflicts: map[string]bool{}, lostCount: map[string]int{},
	}
	for i, a := range o.Regions {
		w.places[a] = &place{}
		for _, b := range o.Regions[:i] {
			p := pairOf(a, b)
			w.links[p] = &Link{A: p[0], B: p[1], Lag: o.Lag, Jitter: o.Jitter}
		}
	}
	return w, nil
}

// Attach gives a region its DynamoDB. All regions have theirs before the first Table.
func (w *World) Attach(region string, engine *dynamodb.Server) { w.engines[region] = engine }

// AttachS3 gives a region its S3. Buckets are those with versions, by their name in the template and their name there; objects go to the
// bucket of the same template name in every other region.
func (w *World) AttachS3(region string, store *s3.Server, buckets map[string]string) {
	w.stores[region], w.buckets[region] = store, buckets
}

// Table makes a table that exists in all regions a global one. All are named before Run.
func (w *World) Table(name string, consistency dynamodb.Consistency) error {
	for _, region := range w.Regions {
		if err := w.engines[region].Replicate(name, consistency); err != nil {
			return fmt.Errorf("%s: %w", region, err)
		}
	}
	if consistency == dynamodb.Strong {
		if len(w.Regions) != 3 {
			return fmt.Errorf("the strongly consistent table %s needs three regions, not %d", name, len(w.Regions))
		}
		w.strong[name] = &strongTable{writing: map[string]*writing{}}
		return nil
	}
	w.tables = append(w.tables, name)
	return nil
}

// Run begins to carry. What was under way when the process ended goes on from there.
func (w *World) Run() error {
	for name := range w.strong {
		if err := w.recover(name); err != nil {
			return err
		}
	}
	for _, from := range w.Regions {
		for _, to := range w.Regions {
			if from == to {
				continue
			}
			for _, table := range w.tables {
				f, err := w.tableFeed(table, from, to)
				if err != nil {
					return err
				}
				w.feeds = append(w.feeds, f)
			}
			if w.stores[from] != nil && w.stores[to] != nil {
				f, err := w.objectFeed(from, to)
				if err != nil {
					return err
				}
				w.feeds = append(w.feeds, f)
			}
			for name := range w.strong {
				w.ended.Go(func() { w.spread(name, from, to) })
			}
		}
	}
	for _, f := range w.feeds {
		w.ended.Go(func() { w.carry(f) })
	}
	return nil
}

// Close ends the carrying. It comes before the engines are closed.
func (w *World) Close() {
	close(w.stop)
	w.ended.Wait()
}

// change changes the state of links and places and wakes who waits for that.
func (w *World) change(do func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := do(); err != nil {
		return err
	}
	close(w.changed)
	w.changed = make(chan struct{})
	return nil
}

// SetLink changes the link between two regions.
func (w *World) SetLink(a, b string, set func(*Link)) error {
	return w.change(func() error {
		l := w.links[pairOf(a, b)]
		if l == nil {
			return fmt.Errorf("there is no link between %q and %q", a, b)
		}
		set(l)
		l.A, l.B = pairOf(a, b)[0], pairOf(a, b)[1]
		return nil
	})
}

func (w *World) setPlace(region string, set func(*place)) error {
	return w.change(func() error {
		p := w.places[region]
		if p == nil {
			return fmt.Errorf("there is no region %q", region)
		}
		set(p)
		return nil
	})
}

// Isolate cuts a region off from all others, or ends that.
func (w *World) Isolate(region string, isolated bool) error {
	return w.setPlace(region, func(p *place) { p.isolated = isolated })
}

// Stop makes a region refuse connections, or serve again. One region stays up: who else would serve the control page?
func (w *World) Stop(region string, stopped bool) error {
	var gates []*Gate
	last := false
	err := w.setPlace(region, func(p *place) {
		last = stopped
		for name, other := range w.places {
			last = last && (name == region || other.stopped)
		}
		if !last {
			p.stopped, gates = stopped, p.gates
		}
	})
	if last {
		return fmt.Errorf("%s is the last region that runs", region)
	}
	for _, g := range gates {
		err = errors.Join(err, g.set(!stopped))
	}
	return err
}

// Skew puts a region's clock ahead, or back: the one that decides who wrote last.
func (w *World) Skew(region string, by time.Duration) error {
	if by < -maxSkew || by > maxSkew {
		return fmt.Errorf("a clock can be off by %v at most", maxSkew)
	}
	return w.setPlace(region, func(p *place) {
		p.skew = by
		w.engines[region].SetSkew(by)
	})
}

// maxSkew keeps clocks near enough for tombstones, which are forgotten after a day.
const maxSkew = time.Hour

// Heal makes all links whole and starts all regions. Lag, jitter and clocks stay.
func (w *World) Heal() {
	_ = w.change(func() error {
		for _, l := range w.links {
			l.Cut = false
		}
		for _, p := range w.places {
			p.isolated = false
		}
		return nil
	})
	for _, region := range w.Regions {
		_ = w.Stop(region, false)
	}
}

// state tells whether two regions reach each other, how long the way takes this time, and a channel that is closed when that may differ.
func (w *World) state(a, b string) (reachable bool, way time.Duration, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, pa, pb := w.links[pairOf(a, b)], w.places[a], w.places[b]
	way = l.Lag
	if l.Jitter > 0 {
		way += time.Duration(w.random.Int64N(int64(l.Jitter)))
	}
	return !l.Cut && !pa.isolated && !pb.isolated && !pa.stopped && !pb.stopped, way, w.changed
}

// noteConflict counts a conflict once, however many regions meet it.
func (w *World) noteConflict(c *dynamodb.Conflict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := fmt.Sprint(c.Table, string(c.Keys), c.Lost)
	if w.conflicts[id] {
		return
	}
	w.conflicts[id] = true
	w.lostCount[c.Table]++
	if w.lost = append(w.lost, *c); len(w.lost) > conflictsListed {
		w.lost = w.lost[1:]
	}
}

// conflictsListed is how many conflicts are told one by one; all are counted.
const conflictsListed = 100
