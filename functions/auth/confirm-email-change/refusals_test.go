package main

import (
	"net/http"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

var cheap = auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}

func TestWhatConfirmsNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	owner, user := stand.NewUser(t), stand.NewUser(t)
	begin := time.Now().Add(time.Second) // younger than the passwords
	api.RefusesBadJSON(t, path, "", body("x"))
	api.TellsLimits(t, stand, localtest.Request{Method: http.MethodPost, Path: path, Body: body("x")})
	for what, c := range map[string]struct{ token, code string }{
		"nothing":            {"", "auth.link_invalid"},
		"a link to verify":   {stand.Link(t, domain.VerifyLink, user.ID, user.Email, begin), "auth.link_invalid"},
		"a taken address":    {ask(t, stand, stand.NewUser(t), owner.Email, begin), "user.email_taken"},
		"an old link":        {ask(t, stand, stand.NewUser(t), "old@example.org", begin.Add(-24*time.Hour-time.Second)), "auth.link_invalid"},
		"a replaced link":    {replaced(t, stand, begin), "auth.link_invalid"},
		"a wish given up":    {givenUp(t, stand, begin), "auth.link_invalid"},
		"a changed password": {passwordChanged(t, stand, begin), "auth.link_invalid"},
	} {
		t.Run(what, func(t *testing.T) {
			status := map[string]int{"auth.link_invalid": http.StatusBadRequest, "user.email_taken": http.StatusConflict}[c.code]
			api.Post(path, "", body(c.token)).Fails(t, status, c.code)
		})
	}
	if !signsIn(t, stand, owner.Email, owner) {
		t.Error("the owner of the taken address lost it")
	}
	items := stand.Items(t, "IDENTITY_TABLE")
	if got, want := localtest.With(items, "userId"), localtest.With(items, "username"); got != want {
		t.Errorf("%d claims for %d accounts: a refused link claimed something", got, want)
	}
}

func replaced(t testing.TB, stand *localtest.Stand, at time.Time) string {
	user := stand.NewUser(t)
	token := ask(t, stand, user, "first@example.org", at)
	ask(t, stand, user, "second@example.org", at.Add(time.Millisecond))
	return token
}

// givenUp is the newest link for an address that is not the one that waits any more: the event of the next wish has not come yet.
func givenUp(t testing.TB, stand *localtest.Stand, at time.Time) string {
	user := stand.NewUser(t)
	ask(t, stand, user, "third@example.org", at)
	return stand.Link(t, domain.EmailChangeLink, user.ID, "fourth@example.org", at.Add(time.Millisecond))
}

func passwordChanged(t testing.TB, stand *localtest.Stand, at time.Time) string {
	t.Helper()
	user := stand.NewUser(t)
	token := ask(t, stand, user, "fifth@example.org", at)
	in := accounts(stand)
	_, before, err := in.Account(t.Context(), user.ID)
	if err == nil {
		err = in.ChangePassword(t.Context(), user.ID, before.Hash, domain.Credential{Hash: before.Hash, ChangedAt: at.Add(time.Second)}, domain.Event{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return token
}
