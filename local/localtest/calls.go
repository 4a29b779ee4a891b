package localtest

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// call is one request to DynamoDB.
type call struct{ accessKey, action string }

func (s *Stand) record(action string, r *http.Request) {
	if action == "" {
		return // not a call: a connection opened ahead
	}
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	accessKey, _, _ := strings.Cut(credential, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call{accessKey, action})
}

// Calls are the actions that a function, by its folder, has asked of DynamoDB, in their order.
func (s *Stand) Calls(t testing.TB, name string) (actions []string) {
	t.Helper()
	accessKey := s.Env(t, name).Lookup("AWS_ACCESS_KEY_ID")
	for _, c := range s.allCalls() {
		if c.accessKey == accessKey {
			actions = append(actions, c.action)
		}
	}
	return actions
}

func (s *Stand) allCalls() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// WantCalls makes one request and compares the calls to DynamoDB with the function's row in docs/ARCHITECTURE.md. No other request to the
// function may run meanwhile.
func (s *Stand) WantCalls(t testing.TB, name string, request func()) {
	t.Helper()
	before := len(s.Calls(t, name))
	request()
	if got, want := s.Calls(t, name)[before:], documented(t, name); !slices.Equal(got, want) {
		t.Errorf("%s asked %q of DynamoDB, docs/ARCHITECTURE.md says %q", name, got, want)
	}
}

// documented reads the column calls of the use case's row.
func documented(t testing.TB, name string) (actions []string) {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(file), "../../docs/ARCHITECTURE.md"))
	must(t, err)
	column := -1
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case len(cells) > 1 && cells[1] == "use case":
			column = slices.Index(cells, "calls")
		case len(cells) > 1 && cells[1] == name && column > 0:
			return strings.FieldsFunc(cells[column], func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	t.Fatalf("docs/ARCHITECTURE.md has no row with the calls of %s", name)
	return nil
}
