package regions

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"lyceum/local/dynamodb"
)

// strongTable is what the three replicas of a table share.
type strongTable struct {
	log     sync.Mutex // held while the replicas' logs grow
	mu      sync.Mutex
	writing map[string]*writing // by item
}

// writing is a write of one item that is under way.
type writing struct {
	region string
	done   chan struct{}
}

// coordinator is the world as one region's DynamoDB sees it.
type coordinator struct {
	world  *World
	region string
}

// Coordinator decides for a region's engine, which is opened with it.
func (w *World) Coordinator(region string) dynamodb.Coordinator { return &coordinator{w, region} }

// peers are the regions in reach, the nearest first, and the way to the nearest and back.
func (c *coordinator) peers() (peers []string, trip time.Duration) {
	ways := map[string]time.Duration{}
	for _, other := range c.world.Regions {
		if other == c.region {
			continue
		}
		if reachable, way, _ := c.world.state(c.region, other); reachable {
			ways[other] = way
			peers = append(peers, other)
		}
	}
	slices.SortFunc(peers, func(a, b string) int { return cmp.Compare(ways[a], ways[b]) })
	if len(peers) > 0 {
		trip = 2 * ways[peers[0]]
	}
	return peers, trip
}

// Write implements dynamodb.Coordinator. The write takes effect at one moment between call and answer, while the log is held.
func (c *coordinator) Write(table, key string, commit func() error) error {
	t := c.world.strong[table]
	if t == nil {
		return dynamodb.ErrIsolated
	}
	if err := t.claim(c.region, key); err != nil {
		return err
	}
	defer t.release(key)
	return c.together(table, t, func(peers []string) error {
		if err := commit(); err != nil {
			return err
		}
		_, err := c.world.engines[peers[0]].CopyFrom(c.world.engines[c.region], table)
		return err
	})
}

// Read implements dynamodb.Coordinator.
func (c *coordinator) Read(table string) error {
	t := c.world.strong[table]
	if t == nil {
		return dynamodb.ErrIsolated
	}
	return c.together(table, t, func([]string) error { return nil })
}

// together waits for the way to the nearest region and back, makes the replica here current and calls do while no log grows.
func (c *coordinator) together(table string, t *strongTable, do func(peers []string) error) error {
	peers, trip := c.peers()
	if len(peers) == 0 {
		return dynamodb.ErrIsolated
	}
	time.Sleep(trip)
	t.log.Lock()
	defer t.log.Unlock()
	if peers, _ = c.peers(); len(peers) == 0 {
		return dynamodb.ErrIsolated
	}
	for _, peer := range peers {
		if _, err := c.world.engines[c.region].CopyFrom(c.world.engines[peer], table); err != nil {
			return err
		}
	}
	return do(peers)
}

// claim makes an item this region's to write. Writes of one region wait for each other, as they do in every table.
func (t *strongTable) claim(region, key string) error {
	for {
		t.mu.Lock()
		other := t.writing[key]
		if other == nil {
			t.writing[key] = &writing{region, make(chan struct{})}
			t.mu.Unlock()
			return nil
		}
		t.mu.Unlock()
		if other.region != region {
			return dynamodb.ErrWriteConflict
		}
		<-other.done
	}
}

func (t *strongTable) release(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.writing[key].done)
	delete(t.writing, key)
}

// spread brings a table's log from one region to another, after the link's lag, where no write has done so.
func (w *World) spread(table, from, to string) {
	source, target, t := w.engines[from], w.engines[to], w.strong[table]
	for {
		wake := source.Changed()
		reachable, way, changed := w.state(from, to)
		if reachable {
			select {
			case <-w.stop:
				return
			case <-time.After(way):
			}
			t.log.Lock()
			if still, _, _ := w.state(from, to); still {
				if _, err := target.CopyFrom(source, table); err != nil {
					w.log.Error("regions: replication is delayed", "what", table, "from", from, "to", to, "error", err)
				}
				w.releaseStrong(table)
			}
			t.log.Unlock()
		}
		timer := time.NewTimer(idle)
		select {
		case <-w.stop:
			timer.Stop()
			return
		case <-wake:
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// sequences are the ends of the replicas' logs.
func (w *World) sequences(table string) (ends map[string]uint64, lowest, highest uint64, err error) {
	ends, lowest = map[string]uint64{}, ^uint64(0)
	for _, region := range w.Regions {
		end, err := w.engines[region].Sequence(table)
		if err != nil {
			return nil, 0, 0, err
		}
		ends[region], lowest, highest = end, min(lowest, end), max(highest, end)
	}
	return ends, lowest, highest, nil
}

func (w *World) releaseStrong(table string) {
	if _, lowest, _, err := w.sequences(table); err == nil {
		for _, region := range w.Regions {
			w.engines[region].Release(table, lowest)
		}
	}
}

// behind are the regions whose replica misses changes, and how many.
func (w *World) behind(table string) (missing map[string]uint64, highest uint64, err error) {
	ends, _, highest, err := w.sequences(table)
	missing = map[string]uint64{}
	for region, end := range ends {
		if end < highest {
			missing[region] = highest - end
		}
	}
	return missing, highest, err
}

// recover makes all replicas equal: a process that ended in the middle of a write may have left it in one of them.
func (w *World) recover(table string) error {
	ends, _, highest, err := w.sequences(table)
	if err != nil {
		return err
	}
	for _, source := range w.Regions {
		if ends[source] < highest {
			continue
		}
		for _, target := range w.Regions {
			if _, err := w.engines[target].CopyFrom(w.engines[source], table); err != nil {
				return err
			}
		}
	}
	return nil
}
