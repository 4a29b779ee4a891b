package bus_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/bus"
	"lyceum/local/pattern"
	"lyceum/local/template"
)

const region = "eu-west-1"

// errThrottled is a refusal, errFailed a function's own failure.
var (
	errThrottled = errors.New("throttled")
	errFailed    = errors.New("failed")
)

// stand is a bus with two functions: one takes user.created of the bus "main", the other everything of "lyceum" there.
type stand struct {
	*bus.Bus
	url string

	mu     sync.Mutex
	calls  []string                // "<function> <payload>"
	answer func(call string) error // nil for success
}

func functions(t *testing.T) []template.Function {
	t.Helper()
	parse := func(text string) pattern.Pattern {
		p, err := pattern.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	async := template.Async{Retries: 2, MaxAge: time.Hour, OnFailure: "dead"}
	return []template.Function{
		{Name: "welcome", Async: async, Rules: []template.Rule{{Name: "a", Bus: "main", Pattern: parse(`{"source":["lyceum"],"detail-type":["user.created"]}`)}}},
		{Name: "all", Async: async, Rules: []template.Rule{{Name: "b", Bus: "main", Pattern: parse(`{"source":["lyceum"]}`)}}},
		{Name: "files", Async: template.Async{MaxAge: time.Hour}, Rules: []template.Rule{{Name: "c", Bus: "default", Pattern: parse(`{"source":["aws.s3"]}`)}}},
	}
}

// open starts a bus on dir and runs it on the sources until the test or close ends.
func open(t *testing.T, dir string, answer func(string) error, sources ...bus.Source) *stand {
	t.Helper()
	s := &stand{answer: answer}
	b, err := bus.Open(bus.Options{
		Dir: dir, Region: region, AccountID: "000000000000", Functions: functions(t), Buses: []template.Bus{{Name: "main"}},
		Queues: []template.Queue{{Name: "dead", Retention: time.Hour, Visibility: time.Minute}},
		Invoke: s.invoke, Pause: 10 * time.Millisecond, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Failed: func(err error) (json.RawMessage, bool) {
			return json.RawMessage(`{"errorMessage":"failed"}`), errors.Is(err, errFailed)
		},
		Secret: func(id string) (string, bool) { return "secret of " + id, id == "operator" || id == "function" },
		Authorize: func(id, action, resource string) error {
			if id != "operator" {
				return fmt.Errorf("%s may not %s on %s", id, action, resource)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Bus = b
	t.Cleanup(func() { b.Close() })
	mux := http.NewServeMux()
	b.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	b.Run(sources...)
	return s
}

func (s *stand) invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	var e struct{ Detail struct{ N string } }
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	call := function + " " + e.Detail.N
	s.mu.Lock()
	s.calls = append(s.calls, call)
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		return []byte("null"), nil
	}
	return []byte("null"), answer(call)
}

// count is how often a call was made.
func (s *stand) count(call string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c == call {
			n++
		}
	}
	return n
}

// page is GET /_local/events as JSON.
type page struct {
	Waiting []struct {
		Function, Error string
		Tries           int
	}
	Dead map[string][]struct {
		Body struct {
			RequestContext struct {
				FunctionArn, Condition string
				ApproximateInvokeCount int
			}
			RequestPayload struct{ Detail struct{ N string } }
		}
	}
	Outcomes []struct {
		What, Function, Type, Error string
		Tries                       int
	}
}

func (s *stand) page(t *testing.T) (p page) {
	t.Helper()
	res, err := http.Get(s.url + bus.EventsPath)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// settled waits until so many deliveries have an outcome and nothing waits, and returns them as "<what> <function> <tries>".
func (s *stand) settled(t *testing.T, n int) page {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		p := s.page(t)
		if len(p.Outcomes) >= n && len(p.Waiting) == 0 {
			return p
		}
		if time.Now().After(deadline) {
			t.Fatalf("not settled: %+v", p)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// list is a source in memory that survives the bus.
type list struct {
	mu      sync.Mutex
	entries []bus.Entry
	changed chan struct{}
	first   uint64 // what came before was forgotten
}

func newList() *list { return &list{changed: make(chan struct{}, 1)} }

func (l *list) add(kind, n string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, bus.Entry{Number: l.first + uint64(len(l.entries)) + 1, Bus: "main", Event: bus.Event{
		Source: "lyceum", DetailType: kind, Detail: json.RawMessage(`{"n":"` + n + `"}`)}})
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *list) source() bus.Source {
	return bus.Source{Name: "list", Changed: func() <-chan struct{} { return l.changed }, Read: func(after uint64, limit int) (found []bus.Entry, err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, e := range l.entries {
			if e.Number > after && len(found) < limit {
				found = append(found, e)
			}
		}
		return found, nil
	}}
}

// fails answers the first times calls of a function with an error.
func fails(err error, function string, times int) func(string) error {
	var mu sync.Mutex
	seen := map[string]int{}
	return func(call string) error {
		mu.Lock()
		defer mu.Unlock()
		seen[call]++
		if strings.HasPrefix(call, function+" ") && seen[call] <= times {
			return err
		}
		return nil
	}
}
