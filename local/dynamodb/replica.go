package dynamodb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
)

// Consistency is how the replicas of a global table agree.
type Consistency string

const (
	Eventual Consistency = "EVENTUAL" // each region accepts writes by itself; the last writer of an item wins
	Strong   Consistency = "STRONG"   // Options.Coordinator decides
)

// Replicate makes a table a replica of a global table, for good. This engine knows of no network: others carry Updates from region to
// region, or are the Coordinator of a strongly consistent table.
func (s *Server) Replicate(name string, consistency Consistency) error {
	return s.changeTables(func(tx *bolt.Tx, tables map[string]*table) error {
		t := tables[name]
		switch {
		case t == nil:
			return noTable(name)
		case t.Global == consistency:
			return nil
		case t.Global != "":
			return fmt.Errorf("dynamodb: the table %s is %s and cannot become %s: use another data folder", name, t.Global, consistency)
		case consistency == Strong && t.TTLAttribute != "":
			return fmt.Errorf("dynamodb: the table %s has a time to live, which a strongly consistent global table cannot have", name)
		}
		changed := *t
		changed.Global = consistency
		tables[name] = &changed
		for _, bucket := range changed.buckets() {
			if _, err := tx.CreateBucketIfNotExists(bucket); err != nil {
				return err
			}
		}
		return saveTable(tx, &changed)
	})
}

// Update is an item of an eventually consistent table as a region left it, on its way to another region.
type Update struct {
	Table    string
	Sequence uint64
	At       time.Time

	key, version, item []byte
}

// Made tells where and when the item was written, by the clock that orders writes.
func (u Update) Made() Write {
	v, err := parseVersion(u.version)
	if err != nil || len(v) == 0 {
		return Write{}
	}
	return Write{v[0].region, v[0].at()}
}

// Updates returns up to limit writes made here after a sequence number, the oldest first, and the number to go on from.
func (s *Server) Updates(name string, after uint64, limit int) (updates []Update, next uint64, err error) {
	t := s.table(name)
	if t == nil {
		return nil, after, noTable(name)
	}
	next = after
	err = s.eachRecord(t, after, func(r record) (bool, error) {
		next = r.sequence
		if r.replicated {
			return true, nil
		}
		item, err := parseImage(r.after)
		if item == nil && err == nil {
			item, err = parseImage(r.before)
		}
		if err != nil {
			return false, err
		}
		updates = append(updates, Update{name, r.sequence, r.at, t.primaryKey(item), slices.Clone(r.versioned), slices.Clone(r.after)})
		return len(updates) < limit, nil
	})
	return updates, next, err
}

// Sequence is the number of the table's last change.
func (s *Server) Sequence(name string) (last uint64, err error) {
	t := s.table(name)
	if t == nil {
		return 0, noTable(name)
	}
	return last, s.db.View(func(tx *bolt.Tx) error {
		b, err := t.bucket(tx, t.changes)
		if err == nil {
			last = b.Sequence()
		}
		return err
	})
}

// Conflict tells of two writes of one item of which neither knew the other. AWS does not report them.
type Conflict struct {
	Table     string
	Keys      json.RawMessage // in DynamoDB JSON
	Won, Lost Write
}

// Write is where and when an item was written, by that region's clock.
type Write struct {
	Region string
	At     time.Time
}

// Apply takes over what another region wrote, unless the item here was written later: of items as a whole, the last writer wins. It
// answers the conflict if one of the two writes is lost. Applying an update again changes nothing.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
func (s *Server) Apply(u Update) (conflict *Conflict, err error) {
	t := s.table(u.Table)
	if t == nil {
		return nil, noTable(u.Table)
	}
	theirs, err := parseVersion(u.version)
	if err != nil || len(theirs) == 0 {
		return nil, errors.Join(errVersion, err)
	}
	after, err := parseImage(u.item)
	if err != nil {
		return nil, err
	}
	return conflict, s.update(func(tx *bolt.Tx) error {
		ours, err := t.version(tx, u.key)
		if err != nil || len(ours) > 0 && ours.knows(theirs[0]) {
			return err
		}
		before, err := t.get(tx, u.key)
		if err != nil {
			return err
		}
		wins := len(ours) == 0 || theirs[0].compare(ours[0]) > 0
		if len(ours) > 0 && !theirs.knows(ours[0]) && !same(before, after) {
			if conflict, err = t.conflict(some(before, after), theirs[0], ours[0]); err != nil {
				return err
			}
		}
		if !wins {
			return tx.Bucket(t.versions).Put(u.key, ours.merge(theirs).encode())
		}
		merged := theirs.merge(ours)
		if same(before, after) { // nothing for the stream, but the version is theirs now
			return tx.Bucket(t.versions).Put(u.key, merged.encode())
		}
		return s.store(tx, t, u.key, before, after, origin{at: s.opts.Now(), replicated: true, version: merged}, &consumption{})
	})
}

// stamp gives the item at a key the version that comes with its change, or the next one for a write made here.
func (s *Server) stamp(tx *bolt.Tx, t *table, primary []byte, from origin) ([]byte, error) {
	v := from.version
	if v == nil {
		known, err := t.version(tx, primary)
		if err != nil {
			return nil, err
		}
		v = known.next(s.opts.Region, from.at.Add(s.skew()))
	}
	data := v.encode()
	return data, tx.Bucket(t.versions).Put(primary, data)
}

// skew is how far the clock that orders writes is off.
func (s *Server) skew() time.Duration { return time.Duration(s.skewed.Load()) }

// SetSkew puts this region's clock ahead, or back if it is negative, for the order of writes between regions only.
func (s *Server) SetSkew(by time.Duration) { s.skewed.Store(int64(by)) }

func some(a, b attr.Map) attr.Map {
	if a != nil {
		return a
	}
	return b
}

func same(a, b attr.Map) bool {
	return (a == nil) == (b == nil) && string(attr.AppendItem(nil, a)) == string(attr.AppendItem(nil, b))
}

func (t *table) conflict(item attr.Map, a, b dot) (*Conflict, error) {
	if a.compare(b) < 0 {
		a, b = b, a
	}
	keys, err := jsonv2.Marshal(t.keys.only(item))
	return &Conflict{t.Name, keys, Write{a.region, a.at()}, Write{b.region, b.at()}}, err
}

// version reads what the item at a key knows; a deleted one is remembered too. Empty for one that was never written as part of a global table.
func (t *table) version(tx *bolt.Tx, primary []byte) (version, error) {
	b, err := t.bucket(tx, t.versions)
	if err != nil {
		return nil, err
	}
	return parseVersion(b.Get(primary))
}

// forget drops the version of an item whose removal is told by a change record that goes, so that deleted items do not take room for ever.
// By then all regions know of it, and what is older has long arrived.
func (t *table) forget(tx *bolt.Tx, key, data []byte) error {
	r, err := parseRecord(key, data)
	if err != nil || t.Global != Eventual || len(r.after) > 0 {
		return err
	}
	item, err := parseImage(r.before)
	if err != nil {
		return err
	}
	primary := t.primaryKey(item)
	if versions := tx.Bucket(t.versions); bytes.Equal(versions.Get(primary), r.versioned) {
		return versions.Delete(primary)
	}
	return nil
}

// positionKey is where this region remembers how far it has got with another one's updates of a table.
func positionKey(region, table string) []byte { return []byte("position/" + region + "/" + table) }

// Position is how far this region has got with another one's changes of a table.
func (s *Server) Position(region, table string) (sequence uint64, err error) {
	return sequence, s.db.View(func(tx *bolt.Tx) error {
		if v := tx.Bucket(bucketMeta).Get(positionKey(region, table)); len(v) == 8 {
			sequence = binary.BigEndian.Uint64(v)
		}
		return nil
	})
}

// SetPosition notes that all of a region's changes of a table up to a number were applied here.
func (s *Server) SetPosition(region, table string, sequence uint64) error {
	return s.update(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(positionKey(region, table), binary.BigEndian.AppendUint64(nil, sequence))
	})
}

// Release lets go of a replica's change records up to a number, which all other regions have. Until then they are kept however old.
func (s *Server) Release(table string, upTo uint64) {
	s.watch.Lock()
	defer s.watch.Unlock()
	if s.released == nil {
		s.released = map[string]uint64{}
	}
	s.released[table] = upTo
}

// held tells whether a change record is still needed by another region.
func (s *Server) held(t *table, sequence uint64) bool {
	s.watch.Lock()
	defer s.watch.Unlock()
	return t.Global != "" && sequence > s.released[t.Name]
}
