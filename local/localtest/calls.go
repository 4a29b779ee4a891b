package localtest

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
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

func (s *Stand) usage(name string) Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used[name]
}

func (s *Stand) allCalls() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// WantCalls makes one request and compares the calls to DynamoDB, and the capacity units they used, with the function's row in
// docs/ARCHITECTURE.md. No other request to the function may run meanwhile.
func (s *Stand) WantCalls(t testing.TB, name string, request func()) {
	t.Helper()
	before, used := len(s.Calls(t, name)), s.usage(name)
	request()
	want := documented(t, name)
	if got := s.Calls(t, name)[before:]; !slices.Equal(got, strings.FieldsFunc(want["calls"], func(r rune) bool { return r == ',' || r == ' ' })) {
		t.Errorf("%s asked %q of DynamoDB, docs/ARCHITECTURE.md says %q", name, got, want["calls"])
	}
	now := s.usage(name)
	for column, units := range map[string]float64{"read units": now.Read - used.Read, "write units": now.Write - used.Write} {
		if !says(want[column], units) {
			t.Errorf("%s used %g %s, docs/ARCHITECTURE.md says %q", name, units, column, want[column])
		}
	}
}

var (
	aside = regexp.MustCompile(`\([^)]*\)`)
	term  = regexp.MustCompile(`(?:^|\+) *([0-9.]+)`)
)

// says tells whether a cell has so many units. "2 + 3; 6 the first time" has 5 and 6, what stands in brackets is a part of what stands before
// them, and "2 + 1 per 4 KB" has 3 and everything above.
func says(cell string, units float64) bool {
	for one := range strings.SplitSeq(aside.ReplaceAllString(cell, ""), ";") {
		sum, terms := 0.0, term.FindAllStringSubmatch(strings.TrimSpace(one), -1)
		for _, m := range terms {
			n, _ := strconv.ParseFloat(m[1], 64)
			sum += n
		}
		open := strings.Contains(one, " per ") || strings.Contains(one, " each")
		if len(terms) > 0 && (units == sum || open && units > sum) {
			return true
		}
	}
	return false
}

// documented is the use case's row, by the names of the columns.
func documented(t testing.TB, name string) map[string]string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(file), "../../docs/ARCHITECTURE.md"))
	must(t, err)
	var columns []string
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case len(cells) > 1 && cells[1] == "use case":
			columns = cells
		case len(cells) > 1 && cells[1] == name && len(columns) == len(cells):
			row := map[string]string{}
			for i, column := range columns {
				row[column] = cells[i]
			}
			return row
		}
	}
	t.Fatalf("docs/ARCHITECTURE.md has no row of %s", name)
	return nil
}
