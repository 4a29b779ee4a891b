package main

import (
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
)

// D21: registering tells that an address has an account. docs/ARCHITECTURE.md says why it does, and what bounds it: this test holds both.
func TestD21ATakenAddressIsToldByOneAnswerAndCounted(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.Post(path, "", ana).Data(t, http.StatusCreated, &signedIn{})
	first := ""
	for _, email := range []string{"ana@example.org", "ANA@EXAMPLE.ORG"} {
		answer := api.Post(path, "", body(t, email, "Other", "another password"))
		f := answer.Fails(t, http.StatusConflict, "user.email_taken")
		if first == "" {
			first = f.Error
		}
		if f.Error != first || strings.Contains(strings.ToLower(string(answer.Body)), "ana") {
			t.Errorf("got %s, want the one sentence without the address or the name of its owner", answer.Body)
		}
		if answer.Header.Get("Ratelimit-Policy") == "" {
			t.Error("the refusal is not counted")
		}
	}
	limiter := dynamo.Limits{Table: stand.Table("LIMITS_TABLE"), Now: stand.Env(t, name).Now}
	for range httpapi.RegisterIP.Limit {
		if d, err := limiter.Take(t.Context(), httpapi.RegisterIP, "127.0.0.1"); err != nil {
			t.Fatal(err)
		} else if !d.Allowed {
			break
		}
	}
	calls := len(stand.Calls(t, name))
	for _, email := range []string{"ana@example.org", "free@example.org"} { // who has asked too often learns nothing more
		api.Post(path, "", body(t, email, "Other", "another password")).Fails(t, http.StatusTooManyRequests, "request.rate_limited")
	}
	for _, action := range stand.Calls(t, name)[calls:] {
		if action != "UpdateItem" {
			t.Errorf("a refused registration asks %s", action)
		}
	}
	if _, err := (dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE")}).Owner(t.Context(), domain.RestoreEmail("free@example.org")); err != domain.ErrNoUser {
		t.Errorf("the free address: %v, want nobody's", err)
	}
}
