package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Function describes one Lambda function.
type Function struct {
	Name           string            // unique; AWS_LAMBDA_FUNCTION_NAME
	Package        string            // main package, relative to the module: ./functions/progress/complete-lesson
	Env            map[string]string // must not contain a variable that Lambda reserves
	MemoryMB       int               // only told to the function; 0 means 128
	Timeout        time.Duration     // of one invocation, at most 15 minutes; 0 means 3 s
	MaxConcurrency int               // processes at most; 0 means 10
}

// Options configures a Pool. Durations that are zero get the default named beside them.
type Options struct {
	Functions    []Function
	Region       string        // us-east-1
	AccountID    string        // 000000000000
	Log          *slog.Logger  // receives the functions' output and their processes' life; nil discards
	InitTimeout  time.Duration // 10 s, from process start to its first request for work
	QueueTimeout time.Duration // 5 s that a request may wait at MaxConcurrency before it is throttled; Lambda throttles at once
	IdleTimeout  time.Duration // 2 min after which an idle process ends, unless it is its function's last
	StopGrace    time.Duration // 2 s between SIGTERM and SIGKILL
	MaxQueue     int           // 1,000 requests of one function that may wait at MaxConcurrency; one more is throttled at once
	Debug        bool          // one process for each function, that ends neither for its time nor when idle
}

// Pool invokes functions. It is safe for concurrent use.
type Pool struct {
	opts      Options
	functions map[string]*function
	running   sync.WaitGroup // invocations, processes and the reaper
	closing   chan struct{}
	closeOnce sync.Once
}

// New checks the functions and returns a Pool that owns no process yet. Deploy gives it code, Close ends it.
func New(opts Options) (*Pool, error) {
	setDefault(&opts.Region, "us-east-1")
	setDefault(&opts.AccountID, "000000000000")
	setDefault(&opts.InitTimeout, 10*time.Second)
	setDefault(&opts.QueueTimeout, 5*time.Second)
	setDefault(&opts.IdleTimeout, 2*time.Minute)
	setDefault(&opts.StopGrace, 2*time.Second)
	setDefault(&opts.MaxQueue, 1000)
	if opts.Debug {
		opts.InitTimeout, opts.QueueTimeout, opts.IdleTimeout = debugTime, debugTime, debugTime
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	p := &Pool{opts: opts, functions: make(map[string]*function, len(opts.Functions)), closing: make(chan struct{})}
	var errs []error
	for _, cfg := range opts.Functions {
		setDefault(&cfg.MemoryMB, 128)
		setDefault(&cfg.Timeout, 3*time.Second)
		setDefault(&cfg.MaxConcurrency, 10)
		if opts.Debug {
			cfg.Timeout, cfg.MaxConcurrency = maxTimeout, 1
		}
		if err := check(cfg); err != nil {
			errs = append(errs, fmt.Errorf("function %q: %w", cfg.Name, err))
		} else if p.functions[cfg.Name] != nil {
			errs = append(errs, fmt.Errorf("function %q is defined twice", cfg.Name))
		} else {
			p.functions[cfg.Name] = newFunction(p, cfg)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	p.running.Go(p.reap)
	return p, nil
}

// maxTimeout is Lambda's. debugTime is longer than anybody looks at one request in a debugger.
const (
	maxTimeout = 15 * time.Minute
	debugTime  = 24 * time.Hour
)

func setDefault[T comparable](value *T, to T) {
	var zero T
	if *value == zero {
		*value = to
	}
}

func check(cfg Function) error {
	switch {
	case cfg.Name == "":
		return errors.New("a function needs a name")
	case cfg.Package == "":
		return errors.New("a function needs a main package")
	case cfg.Timeout < 0 || cfg.Timeout > maxTimeout:
		return fmt.Errorf("timeout %v is outside Lambda's 1 s to 15 min", cfg.Timeout)
	case cfg.MemoryMB < 128 || cfg.MemoryMB > 10240:
		return fmt.Errorf("memory %d MB is outside Lambda's 128 to 10240", cfg.MemoryMB)
	case cfg.MaxConcurrency < 0:
		return fmt.Errorf("concurrency %d is negative", cfg.MaxConcurrency)
	}
	return checkReserved(cfg.Env)
}

// Deploy gives every function its executable. A function whose executable changes finishes running requests with the
// old one and serves all later ones with the new one; the others keep their warm processes.
func (p *Pool) Deploy(binaries Binaries) error {
	for name, f := range p.functions {
		if binaries[f.cfg.Package] == "" {
			return fmt.Errorf("function %q: package %s was not built", name, f.cfg.Package)
		}
	}
	for _, f := range p.functions {
		f.deploy(binaries[f.cfg.Package])
	}
	return nil
}

// Invoke sends payload, a JSON document, to a function and returns its response. It starts a process when no idle one
// is left. The error is a *FunctionError when the function failed, an *APIError when the request was refused, and
// ctx's error when ctx ended first; the function then runs on, as in Lambda, until it answers or times out.
func (p *Pool) Invoke(ctx context.Context, name string, payload []byte) ([]byte, error) {
	f := p.functions[name]
	if f == nil {
		return nil, errNotFound(p.arn(name))
	}
	if len(payload) > MaxRequestBytes {
		return nil, errTooLarge()
	}
	return f.invoke(ctx, payload)
}

func (p *Pool) arn(name string) string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", p.opts.Region, p.opts.AccountID, name)
}

// Close refuses further invocations, ends all processes and returns when none is left, at most a little over
// Options.StopGrace later. Invocations that still run fail.
func (p *Pool) Close() {
	p.closeOnce.Do(func() { close(p.closing) })
	for _, f := range p.functions {
		f.close()
	}
	p.running.Wait()
}

// reap ends surplus idle processes until the pool closes.
func (p *Pool) reap() {
	tick := time.NewTicker(p.opts.IdleTimeout / 4)
	defer tick.Stop()
	for {
		select {
		case <-p.closing:
			return
		case now := <-tick.C:
			for _, f := range p.functions {
				f.reap(now.Add(-p.opts.IdleTimeout))
			}
		}
	}
}
