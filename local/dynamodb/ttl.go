package dynamodb

import (
	"encoding/binary"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
)

// ttlMaxAge is how far in the past an expiry may lie: older ones are taken for mistakes.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
const ttlMaxAge = 5

// sweepBatch bounds how long a sweep keeps writers waiting.
const sweepBatch = 100

type (
	timeToLiveSpecification struct {
		AttributeName string
		Enabled       *bool
	}
	updateTimeToLiveInput struct {
		TableName               *string
		TimeToLiveSpecification *timeToLiveSpecification
	}
	updateTimeToLiveOutput struct{ TimeToLiveSpecification *timeToLiveSpecification }

	timeToLiveDescription struct {
		AttributeName    string `json:",omitempty"`
		TimeToLiveStatus string
	}
	describeTimeToLiveOutput struct{ TimeToLiveDescription timeToLiveDescription }
)

func (c *call) updateTimeToLive(in *updateTimeToLiveInput) (*updateTimeToLiveOutput, error) {
	var v violations
	name := c.tableName(in.TableName)
	v.name("tableName", name)
	spec := in.TimeToLiveSpecification
	if v.required("timeToLiveSpecification", spec != nil); spec != nil {
		if v.required("timeToLiveSpecification.attributeName", spec.AttributeName != ""); len(spec.AttributeName) > 255 {
			v.add("'"+spec.AttributeName+"'", "timeToLiveSpecification.attributeName", "have length less than or equal to 255")
		}
		v.required("timeToLiveSpecification.enabled", spec.Enabled != nil)
	}
	if err := v.err(); err != nil {
		return nil, err
	}
	if err := c.authorize(c.operation, c.tableARN(*name)); err != nil {
		return nil, err
	}
	err := c.changeTables(func(tx *bolt.Tx, tables map[string]*table) error {
		t := tables[*name]
		if t == nil {
			return noTable(*name)
		}
		if t.Global == Strong {
			return invalid("Time to live is not supported on global tables with multi-Region strong consistency")
		}
		changed, err := t.withTTL(spec.AttributeName, *spec.Enabled)
		if err != nil {
			return err
		}
		tables[*name] = changed
		if err := saveTable(tx, changed); err != nil {
			return err
		}
		return changed.orderExpiries(tx)
	})
	return &updateTimeToLiveOutput{spec}, err
}

func (t *table) withTTL(attribute string, enabled bool) (*table, error) {
	switch {
	case !enabled && t.TTLAttribute == "":
		return nil, invalid("TimeToLive is already disabled")
	case t.TTLAttribute != "" && t.TTLAttribute != attribute:
		return nil, invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.TTLAttribute)
	case enabled && t.TTLAttribute != "":
		return nil, invalid("TimeToLive is already enabled")
	}
	changed := *t
	if changed.TTLAttribute = ""; enabled {
		changed.TTLAttribute = attribute
	}
	return &changed, nil
}

// orderExpiries makes or removes the bucket of expiries.
func (t *table) orderExpiries(tx *bolt.Tx) error {
	if t.TTLAttribute == "" {
		return tx.DeleteBucket(t.ttls)
	}
	if _, err := tx.CreateBucket(t.ttls); err != nil {
		return err
	}
	items, err := t.bucket(tx, t.items)
	if err != nil {
		return err
	}
	return items.ForEach(func(primary, data []byte) error {
		item, err := attr.ParseItem(string(data))
		if err != nil {
			return err
		}
		return t.storeExpiry(tx, primary, nil, item)
	})
}

func (c *call) describeTimeToLive(in *tableInput) (*describeTimeToLiveOutput, error) {
	t, err := in.find(c)
	if err != nil {
		return nil, err
	}
	if t.TTLAttribute == "" {
		return &describeTimeToLiveOutput{timeToLiveDescription{"", "DISABLED"}}, nil
	}
	return &describeTimeToLiveOutput{timeToLiveDescription{t.TTLAttribute, "ENABLED"}}, nil
}

// sweep deletes expired items of all tables, change records and client request tokens past their life.
func (s *Server) sweep() error {
	now := s.opts.Now()
	for _, t := range *s.tables.Load() {
		if t.TTLAttribute != "" {
			if err := inBatches(func() (int, error) { return s.expire(t, now) }); err != nil {
				return err
			}
		}
		if t.recorded() {
			if err := inBatches(func() (int, error) { return s.trimChanges(t, now, sweepBatch) }); err != nil {
				return err
			}
		}
	}
	stale := false
	err := s.db.View(func(tx *bolt.Tx) error {
		k, _ := tx.Bucket(bucketTokenQ).Cursor().First()
		stale = k != nil && usedAt(k).Add(tokenLife).Before(now)
		return nil
	})
	if err != nil || !stale {
		return err
	}
	return s.update(func(tx *bolt.Tx) error { return forgetTokens(tx, now, 10*sweepBatch) })
}

// inBatches calls do until it did less than a whole batch.
func inBatches(do func() (int, error)) error {
	for {
		if n, err := do(); err != nil || n < sweepBatch {
			return err
		}
	}
}

// expire deletes up to sweepBatch items of a table whose time is past and returns their number.
func (s *Server) expire(t *table, now time.Time) (int, error) {
	from := binary.BigEndian.AppendUint64(nil, uint64(max(0, now.AddDate(-ttlMaxAge, 0, 0).Unix())))
	past := func(k []byte) bool { return binary.BigEndian.Uint64(k) < uint64(now.Unix()) }
	var due [][]byte
	err := s.db.View(func(tx *bolt.Tx) error {
		if b := tx.Bucket(t.ttls); b != nil {
			due = firstKeys(b, from, sweepBatch, past)
		}
		return nil
	})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	return len(due), s.update(func(tx *bolt.Tx) error {
		current := s.table(t.Name)
		if current == nil || current.ID != t.ID || current.TTLAttribute == "" {
			return nil
		}
		ttls := tx.Bucket(t.ttls)
		if ttls == nil {
			return nil
		}
		for _, k := range firstKeys(ttls, from, sweepBatch, past) {
			primary := k[8:]
			item, err := current.get(tx, primary)
			if err != nil {
				return err
			}
			if err := s.store(tx, current, primary, item, nil, origin{at: now, expired: true}, &consumption{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// firstKeys copies up to n keys from a place on, as long as they are wanted.
func firstKeys(b *bolt.Bucket, from []byte, n int, wanted func([]byte) bool) [][]byte {
	var keys [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(from); k != nil && len(keys) < n && wanted(k); k, _ = c.Next() {
		keys = append(keys, slices.Clone(k))
	}
	return keys
}

// changeTables runs do on a copy of the tables and makes it the current one if all went well. The copy takes effect before
// the next writer runs, so that none works by an outdated description.
func (s *Server) changeTables(do func(*bolt.Tx, map[string]*table) error) error {
	s.schema.Lock()
	defer s.schema.Unlock()
	tables := map[string]*table{}
	for name, t := range *s.tables.Load() {
		tables[name] = t
	}
	old := s.tables.Load()
	err := s.update(func(tx *bolt.Tx) error {
		if err := do(tx, tables); err != nil {
			return err
		}
		s.tables.Store(&tables)
		return nil
	})
	if err != nil {
		s.tables.Store(old)
	}
	return err
}
