package dynamodb

import (
	"bytes"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"lyceum/local/dynamodb/internal/attr"
	"lyceum/local/dynamodb/internal/expr"
)

// write is one prepared change of one item, or a condition on one.
type write struct {
	action    string // the IAM action
	tableName string
	table     *table
	key       attr.Map // or an item that contains it
	item      attr.Map // to put
	update    *expr.Update
	condition *expr.Condition
	returnOld bool // when the condition fails
	primary   []byte
}

// changes are the items before and after a write; nil is none.
type changes struct{ before, after attr.Map }

// find looks up the table and checks what depends on its schema, but not index keys that an update sets.
func (w *write) find(c *call) error {
	if w.table = c.table(w.tableName); w.table == nil {
		return errNoResource
	}
	return nil
}

func (w *write) check() error {
	t := w.table
	if w.item != nil {
		if err := t.checkItem(w.item); err != nil {
			return err
		}
		if w.item.ItemSize() > maxItemBytes {
			return invalid("Item size has exceeded the maximum allowed size")
		}
	} else if err := t.checkKey(w.key); err != nil {
		return err
	}
	if w.update != nil {
		for _, path := range w.update.Paths() {
			if t.keys.has(path.Root()) {
				return invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", path.Root())
			}
		}
	}
	if err := t.checkScalars(w.condition.Nested()); err != nil {
		return err
	}
	w.primary = t.primaryKey(w.key)
	return nil
}

// leadingKey is empty if the table is unknown.
func (w *write) leadingKey(c *call) string {
	if t := c.table(w.tableName); t != nil {
		return t.keys.leadingKey(w.key)
	}
	return ""
}

// apply evaluates the condition and makes the change. After an error the transaction must be rolled back.
func (w *write) apply(c *call, tx *bolt.Tx, used *consumption) (changes, error) {
	current := c.table(w.tableName)
	if current == nil || current.ID != w.table.ID { // deleted, or made anew, since it was looked up
		return changes{}, errNoResource
	}
	w.table = current
	before, err := w.table.get(tx, w.primary)
	if err != nil {
		return changes{}, err
	}
	ok, err := w.condition.Holds(before)
	if err != nil {
		return changes{}, err
	}
	if !ok {
		e := errCondition(nil)
		if w.returnOld {
			e.Item = before
		}
		return changes{}, e
	}
	if w.action == "ConditionCheckItem" {
		used.table += writeUnits(before.ItemSize())
		return changes{before, before}, nil
	}
	after, err := w.result(before)
	if err != nil {
		return changes{}, err
	}
	used.table += replaceUnits(before, after)
	return changes{before, after}, c.store(tx, w.table, w.primary, before, after, origin{at: c.now}, used)
}

// result is the item after the write; nil if it is deleted.
func (w *write) result(before attr.Map) (attr.Map, error) {
	if w.update == nil {
		return w.item, nil // nil for a delete
	}
	from := before
	if from == nil {
		if w.update.Removes() {
			return nil, nil
		}
		from = w.key
	}
	after, err := w.update.Apply(from)
	if err != nil {
		return nil, err
	}
	if after.ItemSize() > maxItemBytes {
		return nil, invalid("Item size to update has exceeded the maximum allowed size")
	}
	if after.Depth() > attr.MaxDepth {
		return nil, invalid("Nesting Levels have exceeded supported limits")
	}
	return after, w.table.checkUpdated(after)
}

// checkUpdated is checkIndexKeys with the words for an update.
func (t *table) checkUpdated(item attr.Map) error {
	for _, x := range t.Indexes {
		for _, k := range x.keys {
			if v := item[k.name]; v != nil && v.Type() == k.kind && empty(v) {
				return emptyIndexKey(v, "The update expression attempted to update a secondary index key to a value that is not supported.", "")
			}
		}
	}
	return t.checkIndexKeys(item)
}

// store replaces an item in the table, its indexes and the order of expiry, records the change, and charges the indexes.
func (s *Server) store(tx *bolt.Tx, t *table, primary []byte, before, after attr.Map, from origin, used *consumption) error {
	items, err := t.bucket(tx, t.items)
	if err != nil {
		return err
	}
	var data []byte
	if after != nil {
		data = attr.AppendItem(nil, after)
	}
	if t.recorded() {
		was := items.Get(primary)
		if bytes.Equal(was, data) {
			return nil
		}
		r := record{origin: from, before: was, after: data}
		if t.Global == Eventual {
			if r.versioned, err = s.stamp(tx, t, primary, from); err != nil {
				return err
			}
		}
		if err := s.record(tx, t, r); err != nil {
			return err
		}
	}
	switch {
	case after != nil:
		err = items.Put(primary, data)
	case before != nil:
		err = items.Delete(primary)
	}
	if err != nil {
		return err
	}
	for i := range t.Indexes {
		if err := t.Indexes[i].store(tx, primary, before, after, used); err != nil {
			return err
		}
	}
	if t.TTLAttribute == "" {
		return nil
	}
	return t.storeExpiry(tx, primary, before, after)
}

// store maintains the entry of an item. An entry that moves costs its deletion and its writing, one that stays the same
// costs nothing.
func (x *index) store(tx *bolt.Tx, primary []byte, before, after attr.Map, used *consumption) error {
	oldKey, newKey := x.entryKey(before, primary), x.entryKey(after, primary)
	if oldKey == nil && newKey == nil {
		return nil
	}
	b := tx.Bucket(x.bucket)
	if newKey != nil {
		entry := x.project(after)
		data := attr.AppendItem(nil, entry)
		if bytes.Equal(oldKey, newKey) {
			if bytes.Equal(b.Get(newKey), data) {
				return nil
			}
			used.chargeIndex(x.Name, replaceUnits(x.project(before), entry))
			return b.Put(newKey, data)
		}
		used.chargeIndex(x.Name, writeUnits(entry.ItemSize()))
		if err := b.Put(newKey, data); err != nil {
			return err
		}
	}
	if oldKey == nil {
		return nil
	}
	used.chargeIndex(x.Name, writeUnits(x.project(before).ItemSize()))
	return b.Delete(oldKey)
}

// expiryKey orders items by the second they expire. It is nil unless the attribute is a number of seconds since 1970.
func (t *table) expiryKey(item attr.Map, primary []byte) []byte {
	n, ok := item[t.TTLAttribute].(attr.Number)
	if !ok {
		return nil
	}
	seconds, fits := n.Int64()
	if !fits || seconds < 0 {
		return nil
	}
	return append(binary.BigEndian.AppendUint64(nil, uint64(seconds)), primary...)
}

func (t *table) storeExpiry(tx *bolt.Tx, primary []byte, before, after attr.Map) error {
	oldKey, newKey := t.expiryKey(before, primary), t.expiryKey(after, primary)
	if bytes.Equal(oldKey, newKey) {
		return nil
	}
	b, err := t.bucket(tx, t.ttls)
	if err != nil {
		return err
	}
	if oldKey != nil {
		if err := b.Delete(oldKey); err != nil {
			return err
		}
	}
	if newKey == nil {
		return nil
	}
	return b.Put(newKey, nil)
}
