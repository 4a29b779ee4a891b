package lambda

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// function owns the processes of one Lambda function.
type function struct {
	pool  *Pool
	cfg   Function
	slots chan struct{} // one for each request being served; waiting senders are served in order

	waiting atomic.Int64 // requests that want a slot

	mu     sync.Mutex
	binary string
	closed bool
	idle   []*environment // waiting for work, most recently used last
	all    map[*environment]struct{}
}

func newFunction(p *Pool, cfg Function) *function {
	return &function{pool: p, cfg: cfg, slots: make(chan struct{}, cfg.MaxConcurrency), all: make(map[*environment]struct{})}
}

func (f *function) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if f.waiting.Add(1) > int64(f.pool.opts.MaxQueue) {
		f.waiting.Add(-1)
		return nil, errThrottled()
	}
	wait := time.NewTimer(f.pool.opts.QueueTimeout)
	defer wait.Stop()
	err := f.takeSlot(ctx, wait.C)
	f.waiting.Add(-1)
	if err != nil {
		return nil, err
	}
	type outcome struct {
		response []byte
		err      error
	}
	done := make(chan outcome, 1)
	go func() {
		response, err := f.serve(payload)
		<-f.slots
		done <- outcome{response, err}
	}()
	select {
	case o := <-done:
		return o.response, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// takeSlot waits until the function may run one more request.
func (f *function) takeSlot(ctx context.Context, timeout <-chan time.Time) error {
	select {
	case f.slots <- struct{}{}:
		return nil
	case <-timeout:
		return errThrottled()
	case <-f.pool.closing:
		return errService("the pool is closed")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve runs one request. A warm process that ended before it took the request is replaced; a new one is not.
func (f *function) serve(payload []byte) ([]byte, error) {
	for {
		env, warm, err := f.acquire()
		if err != nil {
			return nil, err
		}
		inv := newInvocation(payload)
		if !env.deliver(inv) {
			if warm {
				continue
			}
			return nil, env.exitError(inv.id)
		}
		response, err := env.await(inv)
		f.release(env)
		return response, err
	}
}

// acquire takes the most recently used idle process or starts one.
func (f *function) acquire() (env *environment, warm bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, false, errService("the pool is closed")
	}
	if f.binary == "" {
		return nil, false, errService("function %q has no code yet", f.cfg.Name)
	}
	if last := len(f.idle) - 1; last >= 0 {
		env = f.idle[last]
		f.idle = f.idle[:last]
		return env, true, nil
	}
	env = newEnvironment(f, f.binary)
	f.all[env] = struct{}{}
	f.pool.running.Add(1) // env.start counts it down; under mu, so that Close cannot miss it
	f.mu.Unlock()         // other requests must not wait for this start
	err = env.start()
	f.mu.Lock()
	return env, false, err
}

// release keeps a process for the next request unless it has ended or its code is out of date.
func (f *function) release(env *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, alive := f.all[env]; !alive {
		return
	}
	if f.closed || env.binary != f.binary {
		go env.stop()
		return
	}
	env.lastUsed = time.Now()
	f.idle = append(f.idle, env)
}

// forget drops a process that has ended.
func (f *function) forget(env *environment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, env)
	f.removeIdle(func(e *environment) bool { return e == env })
}

func (f *function) deploy(binary string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.binary = binary
	for _, env := range f.removeIdle(func(e *environment) bool { return e.binary != binary }) {
		go env.stop()
	}
}

// reap ends the processes that are idle since before limit, except the most recently used one.
func (f *function) reap(limit time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	surplus := len(f.idle) - 1
	for _, env := range f.removeIdle(func(e *environment) bool { surplus--; return surplus >= 0 && e.lastUsed.Before(limit) }) {
		go env.stop()
	}
}

// removeIdle takes the processes that match, asked in order of last use, from the idle list. The caller holds mu.
func (f *function) removeIdle(match func(*environment) bool) (removed []*environment) {
	kept := f.idle[:0]
	for _, env := range f.idle {
		if match(env) {
			removed = append(removed, env)
		} else {
			kept = append(kept, env)
		}
	}
	clear(f.idle[len(kept):])
	f.idle = kept
	return removed
}

func (f *function) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for env := range f.all {
		go env.stop()
	}
}
