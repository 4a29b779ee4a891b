package dynamodb

import (
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

// changesKept is how long change records are kept.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
const changesKept = 24 * time.Hour

// Change is one record of a table's stream: an item that was made, changed or removed. A write that leaves the item as it was has none.
type Change struct {
	Sequence uint64 // grows by at least 1 within the table
	Table    string
	Name     string // INSERT, MODIFY or REMOVE
	At       time.Time

	// In DynamoDB JSON. New and Old are nil if there is none, or if the stream's view type leaves it out.
	Keys, New, Old json.RawMessage

	Replicated bool // written in another region
	Expired    bool // removed here by time to live; not set on the replicated removal elsewhere
}

// Changes returns up to limit changes of a table after a sequence number, the oldest first. They are written in the same transaction as
// the change itself, kept over restarts and for 24 hours. A table without a stream is an error.
func (s *Server) Changes(table string, after uint64, limit int) ([]Change, error) {
	t := s.table(table)
	if t == nil {
		return nil, noTable(table)
	}
	if t.Stream == nil {
		return nil, fmt.Errorf("dynamodb: the table %s has no stream", table)
	}
	var changes []Change
	err := s.eachRecord(t, after, func(r record) (bool, error) {
		c, err := t.change(r)
		changes = append(changes, c)
		return len(changes) < limit, err
	})
	return changes, err
}

// Changed returns a channel that is closed by the next commit with changes of any table. Take it before reading Changes, then wait for it:
// nothing is missed between the two.
func (s *Server) Changed() <-chan struct{} {
	s.watch.Lock()
	defer s.watch.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

func (s *Server) announce() {
	s.watch.Lock()
	defer s.watch.Unlock()
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// origin says where a change comes from.
type origin struct {
	at                  time.Time
	replicated, expired bool
	version             version // of a replicated write; what is written here gets the next one
}

// record is a change as it is stored; before and after are items in their stored form, nil for none.
type record struct {
	sequence uint64
	origin
	versioned     []byte // the version's stored form, in an eventually consistent global table
	before, after []byte
}

func (r record) clone() record {
	r.versioned, r.before, r.after = slices.Clone(r.versioned), slices.Clone(r.before), slices.Clone(r.after)
	return r
}

const (
	flagReplicated = 1 << iota
	flagExpired
)

// record appends a change to the table's records.
func (s *Server) record(tx *bolt.Tx, t *table, r record) error {
	b, err := t.bucket(tx, t.changes)
	if err != nil {
		return err
	}
	if r.sequence, err = b.NextSequence(); err != nil {
		return err
	}
	data := make([]byte, 9, 19+len(r.versioned)+len(r.before)+len(r.after))
	if r.replicated {
		data[0] |= flagReplicated
	}
	if r.expired {
		data[0] |= flagExpired
	}
	binary.BigEndian.PutUint64(data[1:], uint64(r.at.UnixNano()))
	for _, part := range [][]byte{r.versioned, r.before} {
		data = append(binary.AppendUvarint(data, uint64(len(part))), part...)
	}
	tx.OnCommit(s.announce)
	b.FillPercent = 0.9 // records are only ever appended
	return b.Put(binary.BigEndian.AppendUint64(nil, r.sequence), append(data, r.after...))
}

// recordTime is read without the rest.
func recordTime(data []byte) time.Time {
	if len(data) < 9 {
		return time.Time{}
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(data[1:])))
}

// parseRecord keeps parts of data.
func parseRecord(key, data []byte) (record, error) {
	damaged := fmt.Errorf("dynamodb: change record %x is damaged", key)
	if len(key) != 8 || len(data) < 9 {
		return record{}, damaged
	}
	r := record{sequence: binary.BigEndian.Uint64(key), origin: origin{at: recordTime(data), replicated: data[0]&flagReplicated != 0, expired: data[0]&flagExpired != 0}}
	rest := data[9:]
	for _, part := range []*[]byte{&r.versioned, &r.before} {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return record{}, damaged
		}
		*part, rest = rest[size:size+int(n)], rest[size+int(n):]
	}
	r.after = rest
	return r, nil
}

// eachRecord calls do with the records after a sequence number until it returns false. A record is valid during the call only.
func (s *Server) eachRecord(t *table, after uint64, do func(record) (bool, error)) error {
	return s.db.View(func(tx *bolt.Tx) error {
		b, err := t.bucket(tx, t.changes)
		if err != nil {
			return err
		}
		c := b.Cursor()
		for k, data := c.Seek(binary.BigEndian.AppendUint64(nil, after+1)); k != nil; k, data = c.Next() {
			r, err := parseRecord(k, data)
			if err != nil {
				return err
			}
			if more, err := do(r); err != nil || !more {
				return err
			}
		}
		return nil
	})
}

// change is a record as the stream shows it.
func (t *table) change(r record) (Change, error) {
	c := Change{Sequence: r.sequence, Table: t.Name, Name: "MODIFY", At: r.at.UTC(), Replicated: r.replicated, Expired: r.expired}
	before, err := parseImage(r.before)
	if err != nil {
		return c, err
	}
	after, err := parseImage(r.after)
	if err != nil {
		return c, err
	}
	some := after
	switch {
	case before == nil:
		c.Name = "INSERT"
	case after == nil:
		c.Name, some = "REMOVE", before
	}
	view := t.Stream.StreamViewType
	images := []struct {
		to   *json.RawMessage
		item attr.Map
		in   bool
	}{
		{&c.Keys, t.keys.only(some), true},
		{&c.New, after, view == "NEW_IMAGE" || view == "NEW_AND_OLD_IMAGES"},
		{&c.Old, before, view == "OLD_IMAGE" || view == "NEW_AND_OLD_IMAGES"},
	}
	for _, image := range images {
		if image.item == nil || !image.in {
			continue
		}
		if *image.to, err = jsonv2.Marshal(image.item); err != nil {
			return c, err
		}
	}
	return c, nil
}

func parseImage(data []byte) (attr.Map, error) {
	if len(data) == 0 {
		return nil, nil
	}
	return attr.ParseItem(string(data))
}

// trimChanges forgets up to n records of a table that are past their time and nobody holds on to.
func (s *Server) trimChanges(t *table, now time.Time, n int) (int, error) {
	old := func(at time.Time) bool { return at.Add(changesKept).Before(now) }
	stale := false
	err := s.eachRecord(t, 0, func(r record) (bool, error) {
		stale = old(r.at) && !s.held(t, r.sequence)
		return false, nil
	})
	if errors.Is(err, errNoResource) { // the table was deleted meanwhile
		return 0, nil
	}
	if err != nil || !stale {
		return 0, err
	}
	trimmed := 0
	return trimmed, s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(t.changes)
		if b == nil {
			return nil
		}
		var keys [][]byte
		c := b.Cursor()
		for k, data := c.First(); k != nil && len(keys) < n && old(recordTime(data)) && !s.held(t, binary.BigEndian.Uint64(k)); k, data = c.Next() {
			keys = append(keys, slices.Clone(k))
		}
		for _, k := range keys {
			if err := errors.Join(t.forget(tx, k, b.Get(k)), b.Delete(k)); err != nil {
				return err
			}
		}
		trimmed = len(keys)
		return nil
	})
}
