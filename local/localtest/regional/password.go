package regional

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

// Cheap is a hash that costs nothing, so that many requests reach the tables at once.
var Cheap = auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}

// Password is that of every new account.
const Password = "correct horse battery"

// Account makes an account in a region, as register does.
func (r *Regions) Account(t testing.TB, region, address string) *domain.User {
	t.Helper()
	email, err := domain.ParseEmail(address)
	must(t, err)
	name, err := domain.ParseUsername("Test Learner")
	must(t, err)
	user, created, err := domain.NewUser(email, name, time.Now(), rand.Reader)
	must(t, err)
	hash, err := Cheap.Hash(secret(t, Password), rand.Reader)
	must(t, err)
	must(t, r.Kept(t, region, "auth/register").Accounts().Register(t.Context(), user, domain.Credential{}.Next(hash, time.Now()), created))
	return user
}

func secret(t testing.TB, text string) auth.Password {
	t.Helper()
	p, err := auth.EnteredPassword(text)
	must(t, err)
	return p
}

// signIn does in a region what login does: it reads the account, compares the password, which takes
// some time, and opens a session.
func (r *Regions) signIn(t testing.TB, region string, email domain.Email, password auth.Password) (auth.Tokens, error) {
	env := r.Kept(t, region, "auth/login")
	user, credential, err := env.Accounts().ByEmail(t.Context(), email)
	if err != nil {
		return auth.Tokens{}, err
	}
	time.Sleep(3 * time.Millisecond)
	if right, err := Cheap.Matches(password, credential.Hash); err != nil || !right {
		return auth.Tokens{}, errors.Join(err, errors.New("the password is wrong"))
	}
	return env.SignIn().Open(t.Context(), user, credential, "")
}

// Rounds is how many changes tests try: 5, or as many as the environment variable LYCEUM_ROUNDS
// says.
func Rounds() int {
	if n, err := strconv.Atoi(os.Getenv("LYCEUM_ROUNDS")); err == nil {
		return n
	}
	return 5
}

// NoOldSessionSurvives has rounds accounts get a new password by change, while ten sign-ins with
// the old one run in all regions. Then no session that the old password opened may be used or
// refreshed in any region, once everything has arrived.
func (r *Regions) NoOldSessionSurvives(t *testing.T, rounds int, change func(region string, user *domain.User)) {
	var mu sync.Mutex
	var opened []auth.Tokens
	old := secret(t, Password)
	for round := range rounds {
		home := r.Names[round%len(r.Names)]
		user := r.Account(t, home, fmt.Sprintf("%s%d@example.org", t.Name()[len(t.Name())-4:], round))
		r.Quiet(t) // so that all regions know the account
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				if tokens, err := r.signIn(t, r.Names[(round+i)%len(r.Names)], user.State().Email, old); err == nil {
					mu.Lock()
					opened = append(opened, tokens)
					mu.Unlock()
				}
			})
		}
		all.Go(func() {
			time.Sleep(5 * time.Millisecond)
			change(home, user)
		})
		all.Wait()
	}
	r.Quiet(t)
	usable, refreshed := 0, 0
	for _, region := range r.Names {
		guard, refresh := r.Env(t, region, "users/get-me").Verifier(), r.refresher(t, region)
		for _, tokens := range opened {
			if _, err := guard.Verify(t.Context(), tokens.AccessToken); err == nil {
				usable++
			}
			if refresh(t.Context(), tokens.RefreshToken) == nil {
				refreshed++
			}
		}
	}
	t.Logf("%d changes, %d sessions opened beside them", rounds, len(opened))
	if usable+refreshed > 0 || len(opened) < rounds {
		t.Errorf("of %d sessions of the old password %d can be used and %d refreshed, want none", len(opened), usable, refreshed)
	}
}

// refresher does in a region what refresh does, and changes nothing.
func (r *Regions) refresher(t testing.TB, region string) func(context.Context, string) error {
	env := r.Kept(t, region, "auth/refresh")
	sessions := env.Sessions()
	sessions.Identity = env.Table("IDENTITY_TABLE").Name
	return func(ctx context.Context, text string) error {
		token, err := auth.ParseRefreshToken(text)
		if err != nil {
			return err
		}
		return sessions.Refresh(ctx, token.User, token.Session, func(*domain.User, *domain.Session) (bool, error) { return false, nil })
	}
}
