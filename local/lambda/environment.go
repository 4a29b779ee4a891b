package lambda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"
)

// environment is one execution environment: a process of a function and the Runtime API that it alone talks to.
type environment struct {
	fn       *function
	binary   string
	log      *slog.Logger
	lastUsed time.Time // guarded by fn.mu

	ready  chan struct{}    // closed at the process's first request for work: init is over
	work   chan *invocation // taken by the pending request for work
	exited chan struct{}    // closed when the process has ended; exitState is set before

	exitState error // what exec.Cmd.Wait returned, or why the process did not start

	mu      sync.Mutex
	current *invocation    // being served; its outcome is guarded by mu
	initErr *FunctionError // as reported by the runtime
	process *os.Process    // nil before it has started and after it has ended
}

// invocation is one request and its outcome.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time

	answered bool
	response []byte
	err      error
	done     chan struct{} // closed when the runtime has answered and asks for more work
}

func newInvocation(payload []byte) *invocation {
	return &invocation{id: uuid.NewString(), payload: payload, done: make(chan struct{})}
}

func newEnvironment(f *function, binary string) *environment {
	return &environment{
		fn: f, binary: binary, log: f.pool.opts.Log.With("function", f.cfg.Name),
		ready: make(chan struct{}), work: make(chan *invocation), exited: make(chan struct{}),
	}
}

// start runs the process and returns when it asks for its first request. Its error means that no process is left.
func (e *environment) start() error {
	begin := time.Now()
	go e.run()
	timeout := time.NewTimer(e.fn.pool.opts.InitTimeout)
	defer timeout.Stop()
	select {
	case <-e.ready:
		e.log.Info("cold start", "init", time.Since(begin).Round(100*time.Microsecond))
		if e.fn.pool.opts.Debug {
			e.withProcess(func(process *os.Process) {
				e.log.Info("attach a debugger", "command", fmt.Sprintf("dlv attach %d", process.Pid))
			})
		}
		return nil
	case <-e.exited:
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.initErr != nil {
			return e.initErr
		}
		return e.exitError(uuid.NewString())
	case <-timeout.C:
		e.kill()
		return newFunctionError("Sandbox.Timedout", "RequestId: %s Error: Init timed out after %.2f seconds",
			uuid.NewString(), e.fn.pool.opts.InitTimeout.Seconds())
	}
}

// run is the life of the process. The thread stays locked because on Linux a child ends with the thread that started it.
func (e *environment) run() {
	defer e.fn.pool.running.Done()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	e.exitState = e.runProcess()
	e.fn.forget(e)
	e.log.Debug("process ended", "state", e.exitState)
	close(e.exited)
}

func (e *environment) runProcess() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("cannot open a port for the runtime API: %w", err)
	}
	server := newRuntimeServer(e, listener.Addr().String())
	go server.Serve(listener) // ends with Close
	defer server.Close()
	output := &lineWriter{log: e.log}
	defer output.Flush()

	cmd := exec.Command(e.binary)
	cmd.Dir = filepath.Dir(e.binary)
	cmd.Env = e.fn.environ(listener.Addr().String(), cmd.Dir)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.WaitDelay = time.Second // a grandchild may hold the output open
	setProcessGroup(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	e.setProcess(cmd.Process)
	defer e.setProcess(nil)
	err = cmd.Wait()
	killGroup(cmd.Process) // what the function left behind
	return err
}

func (e *environment) setProcess(process *os.Process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.process = process
}

// deliver hands the request to the process and reports whether the process lived to take it.
func (e *environment) deliver(inv *invocation) bool {
	inv.deadline = time.Now().Add(e.fn.cfg.Timeout)
	select {
	case e.work <- inv:
		return true
	case <-e.exited:
		return false
	}
}

// await returns the outcome of a delivered request. A process that times out is killed first.
func (e *environment) await(inv *invocation) ([]byte, error) {
	begin, timedOut := time.Now(), false
	timeout := time.NewTimer(time.Until(inv.deadline))
	defer timeout.Stop()
	select {
	case <-inv.done:
		e.report(inv, begin)
	case <-e.exited:
	case <-timeout.C:
		timedOut = true
		e.kill()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if inv.answered {
		if failure, failed := errors.AsType[*FunctionError](inv.err); failed {
			e.log.Error("function failed", "request", inv.id, "error", failure.Error()+failure.Stack)
		}
		return inv.response, inv.err
	}
	if !timedOut {
		return nil, e.exitError(inv.id)
	}
	return nil, newFunctionError("Sandbox.Timedout", "RequestId: %s Error: Task timed out after %.2f seconds", inv.id, e.fn.cfg.Timeout.Seconds())
}

// report logs what Lambda's REPORT line says.
func (e *environment) report(inv *invocation, begin time.Time) {
	if !e.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	attrs := []any{"requestId", inv.id, "duration", time.Since(begin).Round(10 * time.Microsecond)}
	e.withProcess(func(process *os.Process) {
		if mb := peakMemoryMB(process.Pid); mb > 0 {
			attrs = append(attrs, "maxMemoryMB", mb)
		}
	})
	e.log.Debug("report", attrs...)
}

// exitError words the end of a process as Lambda does. The process must have ended.
func (e *environment) exitError(requestID string) *FunctionError {
	if e.exitState == nil {
		return newFunctionError("Runtime.ExitError", "RequestId: %s Error: Runtime exited without providing a reason", requestID)
	}
	return newFunctionError("Runtime.ExitError", "RequestId: %s Error: Runtime exited with error: %v", requestID, e.exitState)
}

// kill ends the process and its children at once.
func (e *environment) kill() {
	e.withProcess(killGroup)
	<-e.exited
}

// stop asks the process to end, and kills it when it has not after the grace period.
func (e *environment) stop() {
	e.withProcess(terminateGroup)
	select {
	case <-e.exited:
	case <-time.After(e.fn.pool.opts.StopGrace):
		e.kill()
	}
}

// withProcess calls do while the process runs, if it does.
func (e *environment) withProcess(do func(*os.Process)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.process != nil {
		do(e.process)
	}
}
