package localtest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// Down is a DynamoDB that does nothing and answers an error of its own to every call whose action and JSON hold all the words.
func Down(words ...string) Intercept {
	return func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !holds(action, r, words) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"__type":"com.amazon.coral.service#InternalServerError","message":"secret-host is down"}`)
	}
}

// LoseAnswer does the first call that holds all the words, and breaks the connection instead of answering it. lost tells how often it did.
func LoseAnswer(words ...string) (intercept Intercept, lost *atomic.Int64) {
	lost = new(atomic.Int64)
	return func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !holds(action, r, words) || !lost.CompareAndSwap(0, 1) {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}, lost
}

// LosesAnswers does every call that holds all the words, and answers an error of its own.
func LosesAnswers(words ...string) Intercept {
	return func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !holds(action, r, words) {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// Dying does the first n writes and loses the answer of the last of them; every later one fails.
func Dying(n int64) Intercept {
	var writes atomic.Int64
	return func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action == "Query" || action == "GetItem" {
			next.ServeHTTP(w, r)
			return
		}
		switch k := writes.Add(1); {
		case k < n:
			next.ServeHTTP(w, r)
			return
		case k == n:
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// Lagging is a replica that has nothing yet: a read that does not ask for consistency finds nothing.
func Lagging(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
	reads := action == "GetItem" || action == "BatchGetItem" || action == "Query"
	if !reads || holds(action, r, []string{`"ConsistentRead":true`}) {
		next.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = io.WriteString(w, `{}`)
}

// holds reads the request's body and puts it back.
func holds(action string, r *http.Request, words []string) bool {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	for _, word := range words {
		if !strings.Contains(action+" "+string(body), word) {
			return false
		}
	}
	return true
}

// Nowhere is the URL of a server that is gone.
func Nowhere(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(nil)
	server.Close()
	return server.URL
}
