package dynamodb

import (
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Options configures a Server.
type Options struct {
	Dir       string // folder of the data file; "" keeps everything in a temporary file that Close removes
	Region    string // us-east-1 if empty
	AccountID string // 000000000000 if empty

	// Secret returns the secret access key that belongs to an access key id. Nil: no signature is checked.
	Secret func(accessKeyID string) (secret string, ok bool)
	// Authorize is asked before a call is executed, once per action and resource. An error refuses the call as
	// AccessDeniedException with the error's text as message. Nil: everything is allowed.
	Authorize func(Request) error

	Coordinator Coordinator // of strongly consistent global tables; nil serves none

	Now func() time.Time // time.Now if nil
	Log *slog.Logger     // discards if nil
}

// Request is what Authorize judges. The members of a transaction are judged by their own actions (dynamodb:PutItem,
// UpdateItem, DeleteItem, ConditionCheckItem, GetItem), as IAM does.
type Request struct {
	AccessKeyID string
	Action      string   // dynamodb:GetItem
	Resource    string   // ARN of the table, or of the index that is queried or scanned
	LeadingKeys []string // partition key values touched, as text (binary in base64); nil for a Scan and for table operations
}

// Server is an http.Handler. It is safe for concurrent use.
type Server struct {
	opts     Options
	db       *bolt.DB
	temp     string // folder to remove at Close, or empty
	tables   atomic.Pointer[map[string]*table]
	schema   sync.Mutex  // held while tables change
	dirty    atomic.Bool // commits since the last sync
	watch    sync.Mutex
	released map[string]uint64 // sequence numbers by table
	skewed   atomic.Int64      // nanoseconds
	changed  chan struct{}     // nil if nobody waits for changes
	stop     chan struct{}
	ended    sync.WaitGroup
	close    func() error
}

// How often the file is synced and expired items are deleted. AWS deletes within days.
const (
	syncEvery  = time.Second
	sweepEvery = 2 * time.Second
)

// Open opens or creates the data file in opts.Dir. Its errors name the folder and say what to do.
func Open(opts Options) (*Server, error) {
	if opts.Region == "" {
		opts.Region = "us-east-1"
	}
	if opts.AccountID == "" {
		opts.AccountID = "000000000000"
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opts: opts, stop: make(chan struct{})}
	dir := opts.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "dynamodb-"); err != nil {
			return nil, err
		}
		s.temp = dir
	}
	s.close = sync.OnceValue(s.shutdown)
	if err := s.openFile(dir); err != nil {
		if s.temp != "" {
			os.RemoveAll(s.temp)
		}
		return nil, err
	}
	s.ended.Go(func() { s.every(syncEvery, s.sync) })
	s.ended.Go(func() { s.every(sweepEvery, s.sweep) })
	return s, nil
}

// every calls do until the server closes, and logs its errors.
func (s *Server) every(interval time.Duration, do func() error) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
			if err := do(); err != nil {
				s.opts.Log.Error("dynamodb: background work failed", "error", err)
			}
		}
	}
}

func (s *Server) sync() error {
	if !s.dirty.Swap(false) {
		return nil
	}
	return s.db.Sync()
}

// Close waits for running calls, syncs and closes the file. Later calls fail with InternalServerError.
func (s *Server) Close() error { return s.close() }

func (s *Server) shutdown() error {
	close(s.stop)
	s.ended.Wait()
	err := s.db.Sync()
	if err == nil {
		err = errors.Join(s.setOpen(false), s.db.Sync())
	}
	err = errors.Join(err, s.db.Close())
	if s.temp != "" {
		err = errors.Join(err, os.RemoveAll(s.temp))
	}
	return err
}
