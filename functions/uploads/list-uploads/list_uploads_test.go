package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/httpapi"
)

const (
	name = "uploads/list-uploads"
	path = "/api/uploads"
)

func open(t testing.TB) (*localtest.Stand, *localtest.API, localtest.User) {
	t.Helper()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	return stand, stand.Serve(t, name, handler), stand.NewUser(t)
}

type page struct {
	Data       []httpapi.UploadView
	Pagination httpapi.Pagination
}

// D69: the list ended after 100 and showed everybody's files.
func TestD69AllUploadsAreListedOnceTheNewestFirst(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	buckets.Request(t, stand, stand.NewUser(t), "another's", "application/pdf", 5)
	var want []string
	for i := range 45 {
		upload, _ := buckets.Request(t, stand, user, fmt.Sprintf("%d.pdf", i), "application/pdf", 5)
		want = append([]string{upload.State().ID.String()}, want...)
	}
	var got []string
	cursor := ""
	for pages := 0; ; pages++ {
		var p page
		answer := api.Get(path+"?limit=10&cursor="+cursor, user.Token)
		p.Data = nil
		answer.Data(t, http.StatusOK, &p.Data)
		for _, u := range p.Data {
			got = append(got, u.ID)
			if strings.HasPrefix(u.OriginalName, "another") {
				t.Error("another's upload is listed")
			}
		}
		next, more := between(string(answer.Body), `"nextCursor":"`, `"`)
		if cursor = next; !more {
			if pages != 4 {
				t.Errorf("%d pages, want 5", pages+1)
			}
			break
		}
	}
	sorted := func(ids []string) string { return strings.Join(ids, " ") }
	if sorted(got) != sorted(want) { // ids of one millisecond are in random order, and listed in it
		if len(got) != len(want) {
			t.Errorf("got %d, want %d", len(got), len(want))
		}
		seen := map[string]bool{}
		for i, id := range got {
			if seen[id] || i > 0 && id > got[i-1] {
				t.Errorf("%s is listed twice or too late", id)
			}
			seen[id] = true
		}
	}
}

func between(s, before, after string) (string, bool) {
	_, rest, ok := strings.Cut(s, before)
	found, _, _ := strings.Cut(rest, after)
	return found, ok
}

func TestACursorIsItsOwners(t *testing.T) {
	t.Parallel()
	stand, api, user := open(t)
	for range 3 {
		buckets.Request(t, stand, user, "a.pdf", "application/pdf", 5)
	}
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path+"?limit=2", user.Token) })
	cursor, ok := between(string(answer.Body), `"nextCursor":"`, `"`)
	if !ok || strings.Contains(cursor, user.ID.String()) {
		t.Fatalf("got %s", answer.Body)
	}
	for _, bad := range []string{cursor + "A", "x", strings.ToUpper(cursor)} {
		api.Get(path+"?cursor="+bad, user.Token).Fails(t, http.StatusBadRequest, "request.invalid")
	}
	api.Get(path+"?cursor="+cursor, stand.NewUser(t).Token).Fails(t, http.StatusBadRequest, "request.invalid")
	api.Get(path+"?limit=0", user.Token).Fails(t, http.StatusBadRequest, "request.invalid")
	api.Get(path+"?limit=101", user.Token).Fails(t, http.StatusBadRequest, "request.invalid")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}
