package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "auth/confirm-email-change"
	path = "/api/auth/email/change/confirm"
)

func body(token string) string { return fmt.Sprintf(`{"token":%q}`, token) }

func accounts(stand *localtest.Stand) dynamo.Accounts {
	return dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Region: localtest.Region, Now: time.Now}
}

// ask has an address wait for a user, and gives the token of the link.
func ask(t testing.TB, stand *localtest.Stand, user localtest.User, email string, at time.Time) string {
	t.Helper()
	if _, err := accounts(stand).Update(t.Context(), user.ID, func(u *domain.User) (*domain.Event, error) {
		return u.AskEmail(domain.RestoreEmail(email), at, rand.Reader)
	}); err != nil {
		t.Fatal(err)
	}
	return stand.Link(t, domain.EmailChangeLink, user.ID, email, at)
}

// signsIn tells whether an address is the user's at the login.
func signsIn(t testing.TB, stand *localtest.Stand, email string, user localtest.User) bool {
	t.Helper()
	found, _, err := accounts(stand).ByEmail(t.Context(), domain.RestoreEmail(email))
	if err != nil && !errors.Is(err, domain.ErrNoUser) {
		t.Fatal(err)
	}
	return err == nil && found.ID() == user.ID
}

func claims(t testing.TB, stand *localtest.Stand) (n int) {
	t.Helper()
	return localtest.With(stand.Items(t, "IDENTITY_TABLE"), "userId")
}

func TestD81TheOldAddressSignsInUntilTheConfirmationAndNotAfter(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	token := ask(t, stand, user, "new@example.org", time.Now())
	if !signsIn(t, stand, user.Email, user) || signsIn(t, stand, "new@example.org", user) {
		t.Error("before: the old address does not sign in, or the new one does")
	}
	stand.WantCalls(t, name, func() { api.Post(path, "", body(token)).Nothing(t) })
	if signsIn(t, stand, user.Email, user) || !signsIn(t, stand, "new@example.org", user) {
		t.Error("after: the old address signs in, or the new one does not")
	}
	for range 2 {
		api.Post(path, "", body(token)).Nothing(t)
	}
	found, err := accounts(stand).User(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	s := found.State()
	if s.Email.String() != "new@example.org" || !s.EmailVerified || s.PendingEmail != (domain.Email{}) || s.FormerEmail.String() != user.Email || s.Version != 3 {
		t.Errorf("stored %+v", s)
	}
	if got := claims(t, stand); got != 1 {
		t.Errorf("%d claims, want one", got)
	}
	other := stand.NewUserOf(t, user.Email, cheap) // the old address is free
	if !signsIn(t, stand, user.Email, other) {
		t.Error("the old address is not the new owner's")
	}
	api.Post(path, "", body(token)).Nothing(t) // takes nothing from them
	if !signsIn(t, stand, user.Email, other) {
		t.Error("the old address was taken from its new owner")
	}
}

func TestOfManyWhoConfirmOneAddressOneGetsIt(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	users := make([]localtest.User, 8)
	tokens := make([]string, len(users))
	for i := range users {
		users[i] = stand.NewUser(t)
		tokens[i] = ask(t, stand, users[i], "wanted@example.org", time.Now())
	}
	statuses := make([]int, len(users))
	var all sync.WaitGroup
	for i := range users {
		for range 2 { // each twice
			all.Go(func() {
				if got := api.Post(path, "", body(tokens[i])).Status; got == http.StatusNoContent || got == http.StatusConflict {
					statuses[i] = got
				} else {
					t.Errorf("got %d", got)
				}
			})
		}
	}
	all.Wait()
	won := 0
	for i, user := range users {
		got := signsIn(t, stand, "wanted@example.org", user)
		if got != (statuses[i] == http.StatusNoContent) || signsIn(t, stand, user.Email, user) == got {
			t.Errorf("user %d: answered %d, signs in by the new address: %v, by the old: %v", i, statuses[i], got, signsIn(t, stand, user.Email, user))
		}
		if got {
			won++
		}
	}
	if won != 1 || claims(t, stand) != len(users) {
		t.Errorf("%d got the address, want 1; %d claims, want %d", won, claims(t, stand), len(users))
	}
}

func TestATryThatDiesIsHarmlessAndFinishedByTheNext(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for n := range int64(4) { // before anything; after the claim, the user, the release
		user, email := stand.NewUser(t), fmt.Sprintf("new%d@example.org", n)
		token := ask(t, stand, user, email, time.Now())
		stand.Intercept(localtest.Dying(n))
		api.Post(path, "", body(token))
		stand.Intercept(nil)
		switched := n >= 2
		if signsIn(t, stand, user.Email, user) == switched || signsIn(t, stand, email, user) != switched {
			t.Errorf("dead after write %d: old %v, new %v", n, signsIn(t, stand, user.Email, user), signsIn(t, stand, email, user))
		}
		api.Post(path, "", body(token)).Nothing(t)
		if signsIn(t, stand, user.Email, user) || !signsIn(t, stand, email, user) || claims(t, stand) != int(n)+1 {
			t.Errorf("after write %d and again: old %v, new %v, %d claims", n, signsIn(t, stand, user.Email, user), signsIn(t, stand, email, user), claims(t, stand))
		}
	}
}

func TestALostAnswerIsNoFailure(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for i, words := range [][]string{{"PutItem", "EMAIL#"}, {"PutItem", `"username"`}, {"DeleteItem"}} {
		user, email := stand.NewUser(t), fmt.Sprintf("new%d@example.org", i)
		token := ask(t, stand, user, email, time.Now())
		lose, lost := localtest.LoseAnswer(words...)
		stand.Intercept(lose)
		api.Post(path, "", body(token)).Nothing(t)
		stand.Intercept(nil)
		if lost.Load() != 1 || signsIn(t, stand, user.Email, user) || !signsIn(t, stand, email, user) {
			t.Errorf("%q: %d answers lost", words, lost.Load())
		}
	}
}
