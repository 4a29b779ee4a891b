package s3

import (
	"encoding/binary"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Notice tells of an object that was made in a bucket with Events. It is written in the same transaction as the object and kept until
// Forget, so whoever got an answer to their upload has a notice of it, whatever ends meanwhile.
type Notice struct {
	Sequence uint64 `json:"-"` // grows with every notice
	Bucket   string
	Key      string
	Size     int64  // bytes
	ETag     string // without quotes
	Version  string // empty in a bucket without versions
	Reason   string // PutObject, POST Object, CopyObject or CompleteMultipartUpload
	At       time.Time
}

var noticeTable = []byte("notices") // sequence -> Notice

// notify records a notice if the bucket has Events.
func notify(tx *bolt.Tx, bucket, key, reason string, v *version) error {
	if state, err := state(tx, bucket); err != nil || !state.Events {
		return err
	}
	table := tx.Bucket(noticeTable)
	sequence, err := table.NextSequence()
	if err != nil {
		return err
	}
	return table.Put(binary.BigEndian.AppendUint64(nil, sequence), encode(Notice{
		Bucket: bucket, Key: key, Size: v.Size, ETag: strings.Trim(v.ETag, `"`), Version: v.shownID(), Reason: reason, At: time.Now().UTC(),
	}))
}

// Notices are up to limit notices after a sequence number, the oldest first.
func (s *Server) Notices(after uint64, limit int) (notices []Notice, err error) {
	return notices, s.store.db.View(func(tx *bolt.Tx) error {
		cursor := tx.Bucket(noticeTable).Cursor()
		for at, data := cursor.Seek(binary.BigEndian.AppendUint64(nil, after+1)); at != nil && len(notices) < limit; at, data = cursor.Next() {
			n := decode[Notice](data)
			n.Sequence = binary.BigEndian.Uint64(at)
			notices = append(notices, n)
		}
		return nil
	})
}

// Forget removes the notices up to a sequence number.
func (s *Server) Forget(through uint64) error {
	return s.store.db.Update(func(tx *bolt.Tx) error {
		cursor := tx.Bucket(noticeTable).Cursor()
		for at, _ := cursor.First(); at != nil && binary.BigEndian.Uint64(at) <= through; at, _ = cursor.First() {
			if err := cursor.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Noticed receives after notices were written; several may be told of at once.
func (s *Server) Noticed() <-chan struct{} { return s.store.noticed }
