package bus

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Tables of the file. Numbers are eight bytes, the greatest first.
var (
	positionTable = []byte("positions") // source -> number of the entry read last
	pendingTable  = []byte("pending")   // number -> delivery
	outcomeTable  = []byte("outcomes")  // number -> outcome, the last of them
)

// queueTable holds a queue's messages: number -> message.
func queueTable(name string) []byte { return []byte("queue/" + name) }

// outcomesKept is how many outcomes the page shows.
const outcomesKept = 500

// openFile opens the file without waiting for the disk at each write, as the embedded DynamoDB does: what is written survives a kill of the
// process, and a power loss may cost it.
func (b *Bus) openFile(name string) (err error) {
	defer func() {
		if p := recover(); p != nil { // which is how bbolt meets a torn page
			err = fmt.Errorf("the file is damaged, probably by a power loss (%v): delete it, then recorded events come again", p)
		}
	}()
	b.db, err = bolt.Open(name, 0o600, &bolt.Options{Timeout: 100 * time.Millisecond, NoSync: true, NoGrowSync: true, FreelistType: bolt.FreelistMapType})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return errors.New("another process uses them")
	}
	if err != nil {
		return err
	}
	tables := [][]byte{positionTable, pendingTable, outcomeTable}
	for queue := range b.queues {
		tables = append(tables, queueTable(queue))
	}
	err = b.db.Update(func(tx *bolt.Tx) error {
		for _, table := range tables {
			if _, err := tx.CreateBucketIfNotExists(table); err != nil {
				return err
			}
		}
		return tx.Bucket(pendingTable).ForEach(func(key, value []byte) error {
			d := &delivery{}
			if err := json.Unmarshal(value, d); err != nil {
				return err
			}
			d.number = binary.BigEndian.Uint64(key)
			b.enqueue(d)
			return nil
		})
	})
	if err != nil {
		b.db.Close()
	}
	return err
}

func (b *Bus) position(source string) (after uint64, err error) {
	return after, b.db.View(func(tx *bolt.Tx) error {
		if value := tx.Bucket(positionTable).Get([]byte(source)); len(value) == 8 {
			after = binary.BigEndian.Uint64(value)
		}
		return nil
	})
}

// Idle tells whether everything that the sources have was handed over, and nothing waits for another try. What lies in a queue does not count.
func (b *Bus) Idle() (idle bool, err error) {
	for _, s := range b.sources {
		after, err := b.position(s.Name)
		if err != nil {
			return false, err
		}
		if entries, err := s.Read(after, 1); err != nil || len(entries) > 0 {
			return false, err
		}
	}
	return idle, b.db.View(func(tx *bolt.Tx) error {
		first, _ := tx.Bucket(pendingTable).Cursor().First()
		idle = first == nil
		return nil
	})
}

// store keeps new deliveries, and the source's position behind them unless source is empty.
func (b *Bus) store(deliveries []*delivery, source string, position uint64) error {
	return b.db.Update(func(tx *bolt.Tx) error {
		for _, d := range deliveries {
			number, err := add(tx.Bucket(pendingTable), d)
			if err != nil {
				return err
			}
			d.number = number
		}
		if source == "" {
			return nil
		}
		return tx.Bucket(positionTable).Put([]byte(source), binary.BigEndian.AppendUint64(nil, position))
	})
}

// add appends a value to a table of numbers.
func add(table *bolt.Bucket, value any) (number uint64, err error) {
	if number, err = table.NextSequence(); err != nil {
		return 0, err
	}
	return number, put(table, number, value)
}

func put(table *bolt.Bucket, number uint64, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return table.Put(binary.BigEndian.AppendUint64(nil, number), data)
}

// settle stores what became of a delivery: it is over, with an outcome and perhaps a message for a queue, or it waits for its next try.
func (b *Bus) settle(d *delivery, o *outcome, queue string, m *message) error {
	return b.db.Update(func(tx *bolt.Tx) error {
		if o == nil {
			return put(tx.Bucket(pendingTable), d.number, d)
		}
		if m != nil {
			if _, err := add(tx.Bucket(queueTable(queue)), m); err != nil {
				return err
			}
		}
		outcomes := tx.Bucket(outcomeTable)
		number, err := add(outcomes, o)
		if err != nil {
			return err
		}
		if number > outcomesKept {
			if err := outcomes.Delete(binary.BigEndian.AppendUint64(nil, number-outcomesKept)); err != nil {
				return err
			}
		}
		return tx.Bucket(pendingTable).Delete(binary.BigEndian.AppendUint64(nil, d.number))
	})
}

// outcomes are the last ones, the newest first.
func (b *Bus) outcomes() (all []outcome, err error) {
	err = b.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket(outcomeTable).ForEach(func(_, value []byte) error {
			var o outcome
			err := json.Unmarshal(value, &o)
			all = append(all, o)
			return err
		})
	})
	slices.Reverse(all)
	return all, err
}
