package dynamodb

import (
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Coordinator makes the replicas of strongly consistent global tables agree.
type Coordinator interface {
	// Write makes the replica here current, then commits the write of one item, then sees to it that a majority of regions has it. Its
	// own errors should be ErrWriteConflict or ErrIsolated.
	Write(table, key string, commit func() error) error
	// Read makes the replica here current, or answers ErrIsolated.
	Read(table string) error
}

// ErrWriteConflict is answered when the item is being written in another region. The caller may try again.
//
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
var ErrWriteConflict error = newError(ofDynamoDB, "ReplicatedWriteConflictException",
	"The request was rejected because one or more items in the request are being modified by a request in another Region.")

// ErrIsolated is answered where no other region is reachable. AWS documents that an error is returned, not which.
var ErrIsolated error = func() error {
	e := newError(ofDynamoDB, "InternalServerError", "The replica cannot reach another Region: only eventually consistent reads are served")
	e.status = 500
	return e
}()

// errNoTransactions refuses a transaction on a strongly consistent global table. AWS documents that an error is returned, not its text.
var errNoTransactions = invalid("Transactions are not supported on global tables with multi-Region strong consistency")

// commit runs the write of one item in a transaction of the file, by way of the coordinator if the table has one.
func (c *call) commit(w *write, do func(*bolt.Tx) error) error {
	if w.table.Global != Strong {
		return c.update(do)
	}
	if c.opts.Coordinator == nil {
		return ErrIsolated
	}
	return c.opts.Coordinator.Write(w.table.Name, string(w.primary), func() error { return c.update(do) })
}

// current prepares a strongly consistent read.
func (c *call) current(t *table, consistent bool) error {
	if !consistent || t.Global != Strong {
		return nil
	}
	if c.opts.Coordinator == nil {
		return ErrIsolated
	}
	return c.opts.Coordinator.Read(t.Name)
}

// CopyFrom applies the changes of another replica of a strongly consistent table that are missing here, in their order and with their
// numbers: the change records are the log that all replicas share. It answers how many there were.
func (s *Server) CopyFrom(other *Server, name string) (copied int, err error) {
	ours, theirs := s.table(name), other.table(name)
	if ours == nil || theirs == nil {
		return 0, noTable(name)
	}
	last, err := s.Sequence(name)
	if err != nil {
		return 0, err
	}
	var missing []record
	err = other.eachRecord(theirs, last, func(r record) (bool, error) {
		missing = append(missing, r.clone())
		return true, nil
	})
	if err != nil || len(missing) == 0 {
		return 0, err
	}
	return len(missing), s.update(func(tx *bolt.Tx) error {
		for _, r := range missing {
			if last++; r.sequence != last {
				return fmt.Errorf("dynamodb: the replicas of table %s do not fit together: change %d is missing", name, last)
			}
			before, err := parseImage(r.before)
			after, err2 := parseImage(r.after)
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			key := ours.primaryKey(some(after, before))
			if err := s.store(tx, ours, key, before, after, origin{at: r.at, replicated: true}, &consumption{}); err != nil {
				return err
			}
		}
		return nil
	})
}
