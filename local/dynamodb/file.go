package dynamodb

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"lyceum/local/dynamodb/internal/attr"
)

// The file's buckets. Each table has further ones, named by its id: see table.
var (
	bucketMeta   = []byte("meta")   // format, open
	bucketTables = []byte("tables") // name -> table as JSON
	bucketTokens = []byte("tokens") // client request token -> time and hash
	bucketTokenQ = []byte("token-times")
)

const (
	fileName = "dynamodb.bolt"
	format   = "2"
	// Written by an older version: it has no change records. Its tables' streams begin now.
	formatWithoutChanges = "1"
)

var (
	keyFormat = []byte("format")
	keyOpen   = []byte("open")
)

// openFile opens the data file, checks it if it was not closed, and loads the tables.
func (s *Server) openFile(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("dynamodb: the data folder %s cannot be made (%w): choose another folder or fix its permissions", dir, err)
	}
	path := filepath.Join(dir, fileName)
	s.db, err = openBolt(path)
	switch {
	case err == nil:
	case errors.Is(err, berrors.ErrTimeout):
		return fmt.Errorf("dynamodb: the data folder %s is locked by another process: stop it or choose another folder", dir)
	case !isSystemError(err):
		return torn(path, err)
	default:
		return fmt.Errorf("dynamodb: %s cannot be opened for reading and writing (%w): fix its permissions or choose another folder", path, err)
	}
	err = guarded(func() error { return s.load(path) })
	if errors.Is(err, errDamaged) {
		err = torn(path, err)
	}
	if err != nil {
		s.db.Close()
	}
	return err
}

// isSystemError tells an error of the operating system from bbolt's findings about the file's content.
func isSystemError(err error) bool {
	_, path := errors.AsType[*fs.PathError](err)
	_, number := errors.AsType[syscall.Errno](err)
	return path || number
}

var errDamaged = errors.New("it cannot be read")

func torn(path string, err error) error {
	return fmt.Errorf("dynamodb: %s is damaged, probably by a power loss (%w): restore it from a copy, or delete it to start empty", path, err)
}

// openBolt waits up to a second for the lock of another process.
func openBolt(path string) (db *bolt.DB, err error) {
	err = guarded(func() error {
		db, err = bolt.Open(path, 0o600, &bolt.Options{
			Timeout: time.Second, NoSync: true, NoGrowSync: true, FreelistType: bolt.FreelistMapType,
		})
		return err
	})
	return db, err
}

// guarded turns a panic, which is how bbolt meets a torn page, into an error; so it does with an access past the file's end.
func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return do()
}

func (s *Server) load(path string) error {
	wasOpen := false
	err := s.db.View(func(tx *bolt.Tx) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return torn(path, fmt.Errorf("it has %d bytes of %d", info.Size(), tx.Size()))
		}
		meta := tx.Bucket(bucketMeta)
		if meta == nil {
			return nil
		}
		if got := string(meta.Get(keyFormat)); got != format && got != formatWithoutChanges {
			return fmt.Errorf("dynamodb: %s has format %q, this version reads %q: delete it or use the version that wrote it", path, got, format)
		}
		wasOpen = meta.Get(keyOpen) != nil
		return nil
	})
	if err != nil {
		return err
	}
	if wasOpen {
		if err := s.db.View(func(tx *bolt.Tx) error { return guarded(func() error { return check(tx) }) }); err != nil {
			return torn(path, err)
		}
	}
	if err := s.setOpen(true); err != nil {
		return err
	}
	if err := s.db.Sync(); err != nil {
		return err
	}
	return s.db.Update(s.loadTables)
}

// check reads the whole file: every page must be reachable, every bucket in order, every item readable.
func check(tx *bolt.Tx) error {
	return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
		var last []byte
		return b.ForEach(func(k, v []byte) error {
			if last != nil && bytes.Compare(last, k) >= 0 {
				return fmt.Errorf("bucket %q is out of order", name)
			}
			last = k
			if holdsItems(name) {
				if _, err := attr.ParseItem(string(v)); err != nil {
					return fmt.Errorf("bucket %q: %w", name, err)
				}
			}
			return nil
		})
	})
}

// setOpen makes or removes the mark of an open file, and the buckets that every file has.
func (s *Server) setOpen(open bool) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketTables, bucketTokens, bucketTokenQ} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		meta := tx.Bucket(bucketMeta)
		if !open {
			return meta.Delete(keyOpen)
		}
		return errors.Join(meta.Put(keyFormat, []byte(format)), meta.Put(keyOpen, []byte("1")))
	})
}

func (s *Server) loadTables(tx *bolt.Tx) error {
	tables := map[string]*table{}
	err := tx.Bucket(bucketTables).ForEach(func(name, data []byte) error {
		t := &table{}
		if err := json.Unmarshal(data, t); err != nil {
			return fmt.Errorf("dynamodb: table %s cannot be read: %w", name, err)
		}
		t.prepare()
		tables[t.Name] = t
		if t.recorded() {
			_, err := tx.CreateBucketIfNotExists(t.changes)
			return err
		}
		return nil
	})
	s.tables.Store(&tables)
	return err
}

// update runs do in a write transaction. All writers wait for each other; readers do not.
func (s *Server) update(do func(*bolt.Tx) error) error {
	err := s.db.Update(do)
	s.dirty.Store(true)
	return err
}
