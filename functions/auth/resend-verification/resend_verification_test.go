package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "auth/resend-verification"
	path = "/api/auth/email/resend"
)

func TestResendVerificationRecordsWhoAsks(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var out struct{ Message string }
	stand.WantCalls(t, name, func() { api.Post(path, user.Token, "").Data(t, http.StatusAccepted, &out) })
	items := stand.Items(t, "LEARNING_TABLE")
	if len(items) != 1 || out.Message == "" {
		t.Fatalf("items %v, message %q", items, out.Message)
	}
	event := items[0]["event"].(map[string]any)
	if got, want := fmt.Sprint(event["type"], event["data"]), "auth.verification_requestedmap[userId:"+user.ID.String()+"]"; got != want {
		t.Errorf("event %s, want %s", got, want)
	}
	for range 4 {
		api.Post(path, user.Token, "").Data(t, http.StatusAccepted, &out)
	}
	api.Post(path, user.Token, "").Fails(t, http.StatusTooManyRequests, "request.rate_limited")
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPost, Path: path})
	api.Post(path, stand.Ghost(t).Token, "").Fails(t, http.StatusNotFound, "user.not_found")
}

func TestAVerifiedAddressNeedsNoLink(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	accounts := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	if _, err := accounts.Update(t.Context(), user.ID, func(u *domain.User) (*domain.Event, error) {
		return u.VerifyEmail(domain.RestoreEmail(user.Email), time.Now(), rand.Reader)
	}); err != nil {
		t.Fatal(err)
	}
	api.Post(path, user.Token, "").Fails(t, http.StatusConflict, "user.email_verified")
	if items := stand.Items(t, "LEARNING_TABLE"); len(items) != 0 {
		t.Errorf("items %v, want none", items)
	}
}
