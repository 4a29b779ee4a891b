package s3

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Replica is a version of an object that was made here, or a delete marker, on its way to the bucket's replicas in other regions. Versions
// that are deleted for good are no replicas: S3 does not replicate that either.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnt-replicated.html
type Replica struct {
	Sequence    uint64 `json:"-"`
	Bucket, Key string
	At          time.Time
	Place       []byte // in the index
}

var (
	replicaTable  = []byte("replicas")  // sequence -> Replica
	positionTable = []byte("positions") // region -> sequence
)

// placeOf is the index key of a version of an object: the one with the greatest number is the current one.
func placeOf(key string, number uint64) []byte {
	return binary.BigEndian.AppendUint64(versionsOf(key), ^number)
}

// next is the number of a new version: later than all before it, and by the clock, so that regions agree which one is the newest.
func next(table *bolt.Bucket) (uint64, error) {
	number := max(table.Sequence()+1, uint64(time.Now().UnixNano()))
	return number, table.SetSequence(number)
}

// replicate notes a version for the bucket's replicas.
func replicate(tx *bolt.Tx, bucket, key string, place []byte) error {
	table := tx.Bucket(replicaTable)
	sequence, err := table.NextSequence()
	if err != nil {
		return err
	}
	return table.Put(binary.BigEndian.AppendUint64(nil, sequence), encode(Replica{Bucket: bucket, Key: key, At: time.Now().UTC(), Place: place}))
}

// Replicas are up to limit of them after a sequence number, the oldest first. They are kept until Replicated.
func (s *Server) Replicas(after uint64, limit int) (replicas []Replica, err error) {
	return replicas, s.store.db.View(func(tx *bolt.Tx) error {
		cursor := tx.Bucket(replicaTable).Cursor()
		for at, data := cursor.Seek(binary.BigEndian.AppendUint64(nil, after+1)); at != nil && len(replicas) < limit; at, data = cursor.Next() {
			r := decode[Replica](data)
			r.Sequence = binary.BigEndian.Uint64(at)
			replicas = append(replicas, r)
		}
		return nil
	})
}

// Sequence is the number of the last Replica.
func (s *Server) Sequence() (last uint64, err error) {
	return last, s.store.db.View(func(tx *bolt.Tx) error {
		last = tx.Bucket(replicaTable).Sequence()
		return nil
	})
}

// Replicated forgets the replicas up to a sequence number.
func (s *Server) Replicated(through uint64) error {
	return s.store.db.Update(func(tx *bolt.Tx) error {
		cursor := tx.Bucket(replicaTable).Cursor()
		for at, _ := cursor.First(); at != nil && binary.BigEndian.Uint64(at) <= through; at, _ = cursor.First() {
			if err := cursor.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Position is how far this region has got with another one's replicas, and SetPosition notes it.
func (s *Server) Position(region string) (sequence uint64, err error) {
	return sequence, s.store.db.View(func(tx *bolt.Tx) error {
		if data := tx.Bucket(positionTable).Get([]byte(region)); len(data) == 8 {
			sequence = binary.BigEndian.Uint64(data)
		}
		return nil
	})
}

// SetPosition notes what Position answers.
func (s *Server) SetPosition(region string, sequence uint64) error {
	return s.store.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(positionTable).Put([]byte(region), binary.BigEndian.AppendUint64(nil, sequence))
	})
}

// Changed returns a channel that is closed by the next write.
func (s *Server) Changed() <-chan struct{} {
	s.store.watch.Lock()
	defer s.store.watch.Unlock()
	if s.store.changed == nil {
		s.store.changed = make(chan struct{})
	}
	return s.store.changed
}

func (s *store) announce() {
	s.watch.Lock()
	defer s.watch.Unlock()
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// CopyFrom makes in bucket what r is in the other region, with the same version id and the same place among the versions. What is there
// already stays, what is gone at its origin is left out. As in S3, a bucket with Events tells of it.
func (s *Server) CopyFrom(origin *Server, r Replica, bucket string) error {
	var v version
	err := origin.store.db.View(func(tx *bolt.Tx) error {
		if data := tx.Bucket(objectTable(r.Bucket)).Get(r.Place); data != nil {
			v = decode[version](data)
		}
		return nil
	})
	if err != nil || v.ID == "" {
		return err
	}
	if !v.Marker {
		from := v.Body
		if v.Body, err = s.store.take(origin.store.file(from)); errors.Is(err, os.ErrNotExist) {
			return nil // deleted for good meanwhile
		} else if err != nil {
			return err
		}
	}
	kept := false
	err = s.store.update(func(tx *bolt.Tx) ([]string, error) {
		kept = false
		if _, _, err := find(tx, bucket, r.Key, v.ID); err == nil {
			return nil, nil
		}
		state, err := state(tx, bucket)
		if err != nil {
			return nil, err
		}
		if state.Versioning == "" {
			return nil, fmt.Errorf("bucket %s cannot take replicas: it has no versions", bucket)
		}
		table := tx.Bucket(objectTable(bucket))
		place := slices.Clone(r.Place)
		for table.Get(place) != nil { // another region's, of the same nanosecond
			place = placeOf(r.Key, numberOf(place)+1)
		}
		if err := table.SetSequence(max(table.Sequence(), numberOf(place))); err != nil {
			return nil, err
		}
		kept = true
		if err := table.Put(place, encode(v)); err != nil || v.Marker {
			return nil, err
		}
		return nil, notify(tx, bucket, r.Key, "PutObject", &v)
	})
	if !kept {
		s.store.remove(v.Body)
	}
	s.store.tell()
	return err
}

func numberOf(place []byte) uint64 { return ^binary.BigEndian.Uint64(place[len(place)-8:]) }

// take copies another store's body.
func (s *store) take(path string) (name string, err error) {
	from, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, name, err := s.create()
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
		s.remove(name)
	}
	return name, err
}
