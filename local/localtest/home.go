package localtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// AnotherHome makes eu-west-1 the region that decides about accounts. It is out of reach: every call there fails, and is told by its action.
func (s *Stand) AnotherHome(t testing.TB) (asked func() []string) {
	t.Helper()
	var mu sync.Mutex
	var actions []string
	home := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		mu.Lock()
		actions = append(actions, action)
		mu.Unlock()
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{}`)
	}))
	t.Cleanup(home.Close)
	for _, f := range s.Stack.Functions {
		f.Environment["IDENTITY_HOME"], f.Environment["IDENTITY_HOME_ENDPOINT_URL"] = "eu-west-1", home.URL
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Compact(slices.Clone(actions)) // once for all of the SDK's tries
	}
}
