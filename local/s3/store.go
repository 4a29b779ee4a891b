package s3

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// store keeps buckets and objects in a folder: index.db knows everything but the bytes, which lie in one file each under bytes/.
// It is the gateway's backend; what it does not implement answers NotImplemented.
type store struct {
	backend.BackendUnsupported
	db        *bolt.DB
	dir       string
	authorize func(Request) error
	noticed   chan struct{}
	log       *slog.Logger
	watch     sync.Mutex
	changed   chan struct{} // nil if nobody waits
}

// Tables of the index.
var (
	bucketTable = []byte("buckets") // name -> bucketState
	uploadTable = []byte("uploads") // bucket, 0, upload id -> upload
)

// objectTable holds the versions of one bucket's objects: key, 0, sequence number counting down -> version. So the newest comes first.
func objectTable(bucket string) []byte { return []byte("objects/" + bucket) }

const indexName = "index.db"

func openStore(o Options) (*store, error) {
	s := &store{dir: o.Dir, authorize: o.Authorize, noticed: make(chan struct{}, 1), log: o.Log}
	entries, err := os.ReadDir(o.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the S3 data folder cannot be read: %w", err)
	}
	index := filepath.Join(o.Dir, indexName)
	if _, err := os.Stat(index); err != nil && len(entries) > 0 {
		return nil, fmt.Errorf("folder %s holds other things than S3 data: choose an empty or a new one", o.Dir)
	}
	if err := os.MkdirAll(s.file(""), 0o700); err != nil {
		return nil, fmt.Errorf("the S3 data folder cannot be made: %w", err)
	}
	s.db, err = bolt.Open(index, 0o600, &bolt.Options{Timeout: 100 * time.Millisecond})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("folder %s is in use by another process", o.Dir)
	case err != nil:
		return nil, fmt.Errorf("%s cannot be read as an index of S3 data: %w", index, err)
	}
	if err := errors.Join(s.db.Update(makeTables), s.sweep()); err != nil {
		return nil, fmt.Errorf("the S3 data in %s cannot be used: %w", o.Dir, errors.Join(err, s.db.Close()))
	}
	return s, nil
}

func makeTables(tx *bolt.Tx) error {
	for _, name := range [][]byte{bucketTable, uploadTable, noticeTable, replicaTable, positionTable} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) close() error   { return s.db.Close() }
func (s *store) String() string { return "folder " + s.dir }

// file is the path of a body.
func (s *store) file(body string) string { return filepath.Join(s.dir, "bytes", body) }

// sweep removes bodies that a killed process left without an object.
func (s *store) sweep() error {
	known := make(map[string]bool)
	err := s.db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, table *bolt.Bucket) error {
			return table.ForEach(func(_, value []byte) error {
				switch {
				case bytes.HasPrefix(name, objectTable("")):
					known[decode[version](value).Body] = true
				case bytes.Equal(name, uploadTable):
					for _, part := range decode[upload](value).Parts {
						known[part.Body] = true
					}
				}
				return nil
			})
		})
	})
	entries, readErr := os.ReadDir(s.file(""))
	if err := errors.Join(err, readErr); err != nil {
		return err
	}
	for _, entry := range entries {
		if !known[entry.Name()] {
			s.remove(entry.Name())
		}
	}
	return nil
}

// remove deletes a body that no object has any more. One that cannot be removed yet, as it is being read, goes at the next start.
func (s *store) remove(bodies ...string) {
	for _, body := range bodies {
		if body != "" {
			os.Remove(s.file(body))
		}
	}
}

// update changes the index; answered once it is on disk. Bodies that change replaced are removed then.
func (s *store) update(change func(tx *bolt.Tx) (replaced []string, err error)) error {
	var replaced []string
	err := s.db.Update(func(tx *bolt.Tx) (err error) {
		replaced, err = change(tx)
		return err
	})
	if err != nil {
		return s.failed(err)
	}
	s.remove(replaced...)
	s.announce()
	return nil
}

// view reads the index.
func (s *store) view(read func(tx *bolt.Tx) error) error { return s.failed(s.db.View(read)) }

// failed hides and logs what is not an answer of S3.
func (s *store) failed(err error) error {
	var answer s3err.S3Error
	if err == nil {
		return nil
	}
	if errors.As(err, &answer) {
		return answer
	}
	s.log.Error("s3", "error", err)
	return s3err.GetAPIError(s3err.ErrInternalError)
}

// encode and decode are for values of this package, which always can be.
func encode(value any) []byte {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return data
}

func decode[T any](data []byte) (value T) {
	if err := json.Unmarshal(data, &value); err != nil {
		panic(fmt.Errorf("the S3 index is damaged: %w", err))
	}
	return value
}
