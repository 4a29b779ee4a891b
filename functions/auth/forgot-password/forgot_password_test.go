package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"lyceum/local/localtest"
)

const (
	name = "auth/forgot-password"
	path = "/api/auth/password/forgot"
)

func body(email string) string { return fmt.Sprintf(`{"email":%q}`, email) }

// events are the outbox's, as type and user.
func events(t testing.TB, stand *localtest.Stand) (found []string) {
	t.Helper()
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		event := item["event"].(map[string]any)
		found = append(found, fmt.Sprint(event["type"], " ", event["data"].(map[string]any)["userId"]))
	}
	return found
}

func TestForgotPasswordRecordsWhoseLinkIsAskedFor(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var out struct{ Message string }
	stand.WantCalls(t, name, func() { api.Post(path, "", body(" "+strings.ToUpper(user.Email))).Data(t, http.StatusAccepted, &out) })
	if got, want := events(t, stand), []string{"auth.reset_requested " + user.ID.String()}; !slices.Equal(got, want) || out.Message == "" {
		t.Errorf("events %q, want %q; message %q", got, want, out.Message)
	}
	api.RefusesBadJSON(t, path, "", body(user.Email))
	if got := api.Post(path, "", `{"email":"nobody"}`).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "email" {
		t.Errorf("details name %q, want email", got)
	}
}

// D76: what is stored of the request names ids alone.
func TestAnUnknownAddressCannotBeToldFromAKnownOne(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	var log bytes.Buffer
	env.Log = slog.New(slog.NewJSONHandler(&log, nil))
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	known := user.Email
	unknown := strings.Repeat("z", strings.Index(known, "@")) + known[strings.Index(known, "@"):]
	var mu sync.Mutex
	var calls []string
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		sent, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
		mu.Lock()
		calls = append(calls, fmt.Sprint(action, " ", len(sent)))
		mu.Unlock()
		next.ServeHTTP(w, r)
	})
	ask := func(email string) (localtest.Answer, []string) {
		calls = nil
		answer := api.Post(path, "", body(email))
		answer.Header.Del("X-Request-Id")
		answer.Header.Del("Date")
		answer.Header.Del("Apigw-Requestid")
		for header := range answer.Header { // of the source's limit, which both used
			if strings.Contains(strings.ToLower(header), "ratelimit") {
				answer.Header.Del(header)
			}
		}
		return answer, calls
	}
	ask(known) // opens connections and the source's limit
	first, firstCalls := ask(known)
	second, secondCalls := ask(unknown)
	if first.Status != http.StatusAccepted || second.Status != first.Status || !bytes.Equal(first.Body, second.Body) || fmt.Sprint(first.Header) != fmt.Sprint(second.Header) {
		t.Errorf("known:\n%d %v %s\nunknown:\n%d %v %s", first.Status, first.Header, first.Body, second.Status, second.Header, second.Body)
	}
	// The known address was asked for twice, so its limit is on the second of its two ways, as the unknown's is from its second time on.
	third, thirdCalls := ask(unknown)
	if third.Status != first.Status || !slices.Equal(firstCalls, thirdCalls) {
		t.Errorf("known asks %q,\nunknown %q, first %q", firstCalls, thirdCalls, secondCalls)
	}
	stand.Intercept(nil)
	all := fmt.Sprint(stand.Items(t, "LEARNING_TABLE"), stand.Items(t, "LIMITS_TABLE"), log.String())
	if strings.Contains(all, "example.org") {
		t.Errorf("an address is stored or logged: %s", all)
	}
	if got := events(t, stand); len(got) != 4 {
		t.Errorf("events %q, want four, of nobody two", got)
	}
}

func TestForgotPasswordIsLimitedByAddressKnownOrNot(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for _, email := range []string{stand.NewUser(t).Email, "nobody@example.org"} {
		for range 5 {
			api.Post(path, "", body(email)).Data(t, http.StatusAccepted, &struct{}{})
		}
		answer := api.Post(path, "", body(email))
		answer.Fails(t, http.StatusTooManyRequests, "request.rate_limited")
		if got := answer.Header.Get("Ratelimit-Policy"); got != `"mail-address";q=5;w=900` {
			t.Errorf("D27: %s", got)
		}
	}
	if got := len(events(t, stand)); got != 10 {
		t.Errorf("%d events, want 10", got)
	}
	for range 48 { // 12 are used
		api.Post(path, "", body("x@example.org"))
	}
	answer := api.Post(path, "", body("other@example.org"))
	answer.Fails(t, http.StatusTooManyRequests, "request.rate_limited")
	if got := answer.Header.Get("Ratelimit-Policy"); got != `"forgot-ip";q=60;w=600` {
		t.Errorf("the source's limit: %s", got)
	}
}

func TestAnAnswerIsAcceptedOnlyIfTheEventIsKept(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for _, words := range [][]string{{"GetItem"}, {"PutItem", "OUTBOX#"}} {
		stand.Intercept(localtest.Down(words...))
		api.Post(path, "", body(user.Email)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	}
	lose, lost := localtest.LoseAnswer("PutItem", "OUTBOX#")
	stand.Intercept(lose)
	api.Post(path, "", body(user.Email)).Data(t, http.StatusAccepted, &struct{}{})
	if got := len(events(t, stand)); got != 1 || lost.Load() != 1 {
		t.Errorf("%d events after %d lost answers, want one of each", got, lost.Load())
	}
}
