package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "auth/verify-email"
	path = "/api/auth/email/verify"
)

func body(token string) string { return fmt.Sprintf(`{"token":%q}`, token) }

func verified(t testing.TB, stand *localtest.Stand, user localtest.User) bool {
	t.Helper()
	found, err := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}.User(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found.State().EmailVerified
}

func TestALinkVerifiesTheAddress(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	token := stand.Link(t, domain.VerifyLink, user.ID, user.Email, time.Now())
	if verified(t, stand, user) {
		t.Fatal("it is verified before")
	}
	stand.WantCalls(t, name, func() { api.Post(path, "", body(token)).Nothing(t) })
	if !verified(t, stand, user) {
		t.Error("it is not verified")
	}
	items := fmt.Sprint(stand.Items(t, "IDENTITY_TABLE"))
	api.Post(path, "", body(token)).Nothing(t)
	if got := fmt.Sprint(stand.Items(t, "IDENTITY_TABLE")); got != items {
		t.Errorf("the second time changed\n%s\nto\n%s", items, got)
	}
	api.RefusesBadJSON(t, path, "", body(token))
	api.TellsLimits(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: body(token)})
}

func TestWhatVerifiesNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	for what, token := range map[string]string{
		"nothing": "", "a reset link": stand.Link(t, domain.ResetLink, user.ID, user.Email, time.Now()),
		"a link older than a day": stand.Link(t, domain.VerifyLink, user.ID, user.Email, time.Now().Add(-24*time.Hour-time.Second)),
		"one to another address":  stand.Link(t, domain.VerifyLink, user.ID, "before@example.org", time.Now()),
	} {
		t.Run(what, func(t *testing.T) {
			api.Post(path, "", body(token)).Fails(t, http.StatusBadRequest, "auth.link_invalid")
		})
	}
	if verified(t, stand, user) {
		t.Error("the address is verified")
	}
}

func TestALostAnswerIsNoFailure(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	lose, lost := localtest.LoseAnswer("PutItem")
	token := stand.Link(t, domain.VerifyLink, user.ID, user.Email, time.Now())
	stand.Intercept(lose)
	api.Post(path, "", body(token)).Nothing(t)
	if lost.Load() != 1 || !verified(t, stand, user) {
		t.Errorf("%d answers lost, verified: %v", lost.Load(), verified(t, stand, user))
	}
}
