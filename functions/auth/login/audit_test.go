package main

import (
	"net/http"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// Failed sign-ins named nobody anywhere.
func TestSignInsAreInTheAuditTrail(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	for _, body := range []string{
		`{"email":"` + ana.Email + `","password":"wrong horse battery"}`, `{"email":"` + ana.Email + `","password":"` + localtest.Password + `"}`,
		`{"email":"nobody@example.org","password":"wrong horse battery"}`,
	} {
		api.Do(localtest.Request{Method: http.MethodPost, Path: "/api/auth/login", Body: body})
	}
	got := map[string]int{}
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if item["kind"] == "auth/login" && item["requestId"] != "" && item["from"] != "" {
			got[item["pk"].(string)+" "+item["outcome"].(string)]++
		}
	}
	for _, want := range []string{
		"USER#" + ana.ID.String() + " auth.credentials_wrong", "USER#" + ana.ID.String() + " done",
		"NOBODY#" + domain.Subject("nobody@example.org")[:16] + " auth.credentials_wrong",
	} {
		if got[want] != 1 {
			t.Errorf("%d entries %q, want 1 among %v", got[want], want, got)
		}
	}
}
