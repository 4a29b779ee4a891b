package bus_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/bus"
)

func TestEventsReachEachFunctionWhoseRuleMatches(t *testing.T) {
	t.Parallel()
	l := newList()
	s := open(t, "", nil, l.source())
	l.add("user.created", "1")
	l.add("lesson.completed", "2")
	s.settled(t, 3)
	for call, want := range map[string]int{"welcome 1": 1, "all 1": 1, "all 2": 1, "welcome 2": 0, "files 1": 0} {
		if got := s.count(call); got != want {
			t.Errorf("%s was made %d times, want %d", call, got, want)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	t.Run("a function that fails twice takes effect at the third try", func(t *testing.T) {
		t.Parallel()
		l := newList()
		s := open(t, "", fails(errFailed, "welcome", 2), l.source())
		l.add("user.created", "1")
		p := s.settled(t, 2)
		if s.count("welcome 1") != 3 || s.count("all 1") != 1 || len(p.Dead["dead"]) != 0 {
			t.Errorf("got %q and %+v", s.calls, p)
		}
	})
	t.Run("one that fails three times goes to the queue as Lambda's record", func(t *testing.T) {
		t.Parallel()
		l := newList()
		s := open(t, "", fails(errFailed, "welcome", 3), l.source())
		l.add("user.created", "1")
		p := s.settled(t, 2)
		if s.count("welcome 1") != 3 || len(p.Dead["dead"]) != 1 {
			t.Fatalf("got %q and %+v", s.calls, p)
		}
		body := p.Dead["dead"][0].Body
		if c := body.RequestContext; c.FunctionArn != "arn:aws:lambda:eu-west-1:000000000000:function:welcome:$LATEST" || c.Condition != "RetriesExhausted" ||
			c.ApproximateInvokeCount != 3 || body.RequestPayload.Detail.N != "1" {
			t.Errorf("got %+v", body)
		}
	})
	t.Run("refusals are tried again without being counted", func(t *testing.T) {
		t.Parallel()
		l := newList()
		s := open(t, "", fails(errThrottled, "welcome", 5), l.source())
		l.add("user.created", "1")
		p := s.settled(t, 2)
		if s.count("welcome 1") != 6 || len(p.Dead["dead"]) != 0 {
			t.Errorf("got %q and %+v", s.calls, p)
		}
	})
	t.Run("a slow function holds up neither others nor too much of the machine", func(t *testing.T) {
		t.Parallel()
		l := newList()
		var running, most atomic.Int64
		end := make(chan struct{})
		let := sync.OnceFunc(func() { close(end) })
		s := open(t, "", func(call string) error {
			if !strings.HasPrefix(call, "welcome ") {
				return nil
			}
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			<-end
			running.Add(-1)
			return nil
		}, l.source())
		t.Cleanup(let)
		for i := range 20 {
			l.add("user.created", fmt.Sprint(i))
		}
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			if s.count("all 19") == 1 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("the other function waits")
			}
		}
		let()
		s.settled(t, 40)
		if most.Load() != 2 {
			t.Errorf("%d ran at once, want 2", most.Load())
		}
	})
}

func TestRestart(t *testing.T) {
	t.Parallel()
	t.Run("what was not settled comes again, what was does not", func(t *testing.T) {
		t.Parallel()
		dir, l := t.TempDir(), newList()
		hang := make(chan struct{})
		t.Cleanup(func() { close(hang) })
		first := open(t, dir, func(call string) error {
			if call == "welcome 1" {
				return errThrottled // until the end
			}
			return nil
		}, l.source())
		l.add("user.created", "1")
		l.add("user.created", "2")
		for first.count("welcome 1") == 0 || len(first.page(t).Outcomes) < 3 {
			time.Sleep(5 * time.Millisecond)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		l.add("user.created", "3")
		second := open(t, dir, nil, l.source())
		second.settled(t, 6)
		for call, want := range map[string]int{"welcome 1": 1, "all 1": 0, "welcome 2": 0, "all 2": 0, "welcome 3": 1, "all 3": 1} {
			if got := second.count(call); got != want {
				t.Errorf("%s was made %d times after the restart, want %d", call, got, want)
			}
		}
	})
	t.Run("a source that is another one is read from its beginning", func(t *testing.T) {
		t.Parallel()
		dir, l := t.TempDir(), newList()
		first := open(t, dir, nil, l.source())
		l.add("a", "1")
		l.add("a", "2")
		first.settled(t, 2)
		first.Close()
		other := newList()
		other.add("a", "3")
		second := open(t, dir, nil, other.source())
		second.settled(t, 3)
		if second.count("all 3") != 1 {
			t.Error("its first event is lost")
		}
	})
	t.Run("a source that has forgotten what was read goes on", func(t *testing.T) {
		t.Parallel()
		dir, l := t.TempDir(), newList()
		first := open(t, dir, nil, l.source())
		l.add("a", "1")
		first.settled(t, 1)
		first.Close()
		later := newList()
		later.first = 1
		second := open(t, dir, nil, later.source())
		later.add("a", "2")
		second.settled(t, 2)
		if second.count("all 2") != 1 {
			t.Error("its next event is lost")
		}
	})
	t.Run("two at once are refused", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		open(t, dir, nil)
		if _, err := bus.Open(bus.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another process") {
			t.Errorf("got %v", err)
		}
	})
}

func TestASourceThatFailsIsAskedAgain(t *testing.T) {
	t.Parallel()
	l := newList()
	source := l.source()
	read, broken := source.Read, atomic.Bool{}
	broken.Store(true)
	source.Read = func(after uint64, limit int) ([]bus.Entry, error) {
		if broken.Swap(false) {
			return nil, errors.New("down")
		}
		return read(after, limit)
	}
	s := open(t, "", nil, source)
	l.add("a", "1")
	s.settled(t, 1)
	if s.count("all 1") != 1 {
		t.Error("the event is lost")
	}
}
