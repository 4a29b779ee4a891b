package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

const (
	name = "auth/reset-password"
	path = "/api/auth/password/reset"
	next = "another horse battery"
)

func body(token, password string) string {
	return fmt.Sprintf(`{"token":%q,"password":%q}`, token, password)
}

// cheaply is handler with a cheap hash, so that many requests reach the table at once.
func cheaply(env *platform.Env) httpapi.Handler {
	home := env.Accounts().AtHome()
	reset := ResetPassword{Links: home, Users: home, Accounts: home, Sessions: env.Sessions(), Limits: env.Limits(),
		Cost: auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}, Now: env.Now, Random: env.Random, Log: env.Log}
	return httpapi.Command(http.StatusNoContent, reset.Do)
}

func account(t testing.TB, stand *localtest.Stand, user localtest.User) (domain.UserState, domain.Credential) {
	t.Helper()
	u, credential, err := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}.Account(t.Context(), user.ID)
	if err != nil {
		t.Fatal(err)
	}
	return u.State(), credential
}

// opens tells whether a password is the user's.
func opens(t testing.TB, stand *localtest.Stand, user localtest.User, password string) bool {
	t.Helper()
	_, credential := account(t, stand, user)
	p, err := auth.EnteredPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	ok, err := auth.DefaultCost.Matches(p, credential.Hash)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// link asks for a reset link of a user now, as the bus delivers it a moment later.
func link(t testing.TB, stand *localtest.Stand, user localtest.User) string {
	t.Helper()
	return stand.Link(t, domain.ResetLink, user.ID, user.Email, time.Now())
}

func TestALinkGivesANewPasswordOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	phone := stand.SignIn(t, user, "phone", time.Now())
	token := link(t, stand, user)
	stand.WantCalls(t, name, func() { api.Post(path, "", body(token, next)).Nothing(t) })
	state, _ := account(t, stand, user)
	if !opens(t, stand, user, next) || opens(t, stand, user, localtest.Password) || !state.EmailVerified {
		t.Errorf("the account opens with the old password or not with the new one, or is not verified: %+v", state)
	}
	if _, err := stand.Env(t, "users/get-me").Verifier().Verify(t.Context(), phone.AccessToken); err != domain.ErrSessionEnded {
		t.Errorf("a session from before: %v, want its end", err)
	}
	for _, password := range []string{"a third horse battery", next} {
		api.Post(path, "", body(token, password)).Fails(t, http.StatusBadRequest, "auth.link_invalid")
	}
	if !opens(t, stand, user, next) {
		t.Error("the link worked twice")
	}
	api.Post(path, "", body(link(t, stand, user), "a third horse battery")).Nothing(t)
	if !opens(t, stand, user, "a third horse battery") {
		t.Error("the next link does not work")
	}
}

func TestBadPasswordsAreRefusedAndLeaveTheLinkGood(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, cheaply)
	user := stand.NewUser(t)
	token := link(t, stand, user)
	if got := api.Post(path, "", body(token, "short")).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "password" {
		t.Errorf("details name %q, want password", got)
	}
	if got := api.Post(path, "", body(token, "PASSWORD1")).Fails(t, http.StatusBadRequest, "auth.password_common").Fields(); got != "password" { // D80
		t.Errorf("details name %q, want password", got)
	}
	api.RefusesBadJSON(t, path, "", body(token, next))
	api.Post(path, "", body(token, next)).Nothing(t)
}

func TestWhatOpensNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, cheaply)
	user, other := stand.NewUser(t), stand.NewUser(t)
	key := stand.Env(t, "auth/send-account-mail").Links().Key
	good := link(t, stand, user)
	older := link(t, stand, other)
	stand.Link(t, domain.ResetLink, other.ID, other.Email, time.Now().Add(time.Millisecond)) // replaces it
	moved := stand.NewUser(t)
	ghost := stand.Ghost(t)
	for what, token := range map[string]string{
		"nothing": "", "words": "token", "another's id with the same code": link(t, stand, stand.NewUser(t))[:20] + good[20:], "a bit more": good + "A",
		"a bit less": good[:len(good)-1], "padding": good + "=", "a newline": good + "\n", "a changed code": flip(good), "a megabyte less": strings.Repeat("A", 60_000),
		"a link to verify":            stand.Link(t, domain.VerifyLink, user.ID, user.Email, time.Now()),
		"a link to another address":   stand.Link(t, domain.EmailChangeLink, user.ID, user.Email, time.Now()),
		"an older link":               older,
		"one sent to another address": stand.Link(t, domain.ResetLink, moved.ID, "before@example.org", time.Now()),
		"a link of nobody":            key.Token(domain.ResetLink, ghost.ID, domain.EventID{}),
		"one that was never sent":     key.Token(domain.ResetLink, user.ID, domain.EventID{}),
	} {
		t.Run(what, func(t *testing.T) {
			api.Post(path, "", body(token, next)).Fails(t, http.StatusBadRequest, "auth.link_invalid")
		})
	}
	for _, u := range []localtest.User{user, other, moved} {
		if !opens(t, stand, u, localtest.Password) {
			t.Error("a password was changed")
		}
	}
	api.Post(path, "", body(good, next)).Nothing(t)
}

// flip changes one bit of the code.
func flip(token string) string {
	c := byte('A')
	if token[30] == c {
		c = 'B'
	}
	return token[:30] + string(c) + token[31:]
}

func TestALinkWorksFor30Minutes(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	for after, ok := range map[time.Duration]bool{30 * time.Minute: true, 30*time.Minute + time.Millisecond: false, 0: true, 24 * time.Hour: false} {
		user := stand.NewUser(t)
		asked := time.Now().Add(time.Second).Truncate(time.Millisecond)
		token := stand.Link(t, domain.ResetLink, user.ID, user.Email, asked)
		env := stand.Env(t, name)
		env.Now = func() time.Time { return asked.Add(after) }
		answer := stand.ServeEnv(t, name, env, cheaply).Post(path, "", body(token, next))
		if ok {
			answer.Nothing(t)
		} else {
			answer.Fails(t, http.StatusBadRequest, "auth.link_invalid")
		}
		if opens(t, stand, user, next) != ok {
			t.Errorf("after %v the password is changed: %v, want %v", after, !ok, ok)
		}
	}
}

func TestOfFiftyTriesAtOnceOneChangesThePassword(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	handle := cheaply(stand.Env(t, name))
	user := stand.NewUser(t)
	token := link(t, stand, user)
	var won atomic.Int64
	var winner atomic.Value
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			password := fmt.Sprintf("%s %d", next, i)
			r := &httpapi.Request{Body: []byte(body(token, password))}
			r.Headers = map[string]string{"content-type": "application/json"}
			if _, err := handle(t.Context(), r); err == nil {
				won.Add(1)
				winner.Store(password)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || !opens(t, stand, user, winner.Load().(string)) {
		t.Errorf("%d tries succeeded, want 1, whose password opens the account", won.Load())
	}
}

func TestATryThatDiesLeavesAGoodLinkOrANewPassword(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, cheaply)
	for n := range int64(5) { // before anything; after the user, the sessions, the password; after all
		user := stand.NewUser(t)
		token := link(t, stand, user)
		stand.Intercept(localtest.Dying(n))
		first := api.Post(path, "", body(token, next))
		stand.Intercept(nil)
		changed := opens(t, stand, user, next)
		if first.Status == http.StatusNoContent && !changed || n < 3 && changed || n >= 3 && !changed {
			t.Errorf("dead after write %d: %d, changed: %v", n, first.Status, changed)
		}
		again := api.Post(path, "", body(token, "a third horse battery"))
		if changed {
			again.Fails(t, http.StatusBadRequest, "auth.link_invalid")
		} else {
			again.Nothing(t)
		}
		if !opens(t, stand, user, map[bool]string{true: next, false: "a third horse battery"}[changed]) {
			t.Errorf("dead after write %d: the account opens with neither", n)
		}
	}
}

func TestALostAnswerIsNoFailure(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, cheaply)
	for what, words := range map[string][]string{
		"user": {"PutItem", `"username"`}, "epoch": {"UpdateItem", "SESSION#EPOCH"}, "password": {"PutItem", "ACCOUNT#CREDENTIAL"}, "read": {"Query"},
	} {
		user := stand.NewUser(t)
		token := link(t, stand, user)
		lose, lost := localtest.LoseAnswer(words...)
		stand.Intercept(lose)
		api.Post(path, "", body(token, next)).Nothing(t)
		stand.Intercept(nil)
		if lost.Load() != 1 || !opens(t, stand, user, next) {
			t.Errorf("%s: %d answers lost, the new password opens: %v", what, lost.Load(), opens(t, stand, user, next))
		}
	}
}

// Who changes the password by hand makes every link to a new one void that was asked for before.
func TestALinkDiesWhenThePasswordChanges(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, cheaply)
	user := stand.NewUser(t)
	token := link(t, stand, user)
	_, before := account(t, stand, user)
	err := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}.
		ChangePassword(t.Context(), user.ID, before.Hash, domain.Credential{Hash: before.Hash, ChangedAt: time.Now()}, domain.Event{})
	if err != nil {
		t.Fatal(err)
	}
	api.Post(path, "", body(token, next)).Fails(t, http.StatusBadRequest, "auth.link_invalid")
}

// D19: a reset opens the login that wrong passwords have locked.
func TestAResetForgetsWrongPasswords(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, cheaply)
	user := stand.NewUser(t)
	limiter := dynamo.Limits{Table: stand.Table("LIMITS_TABLE"), Now: time.Now}
	subject := httpapi.Hashed(user.Email)
	for range 6 {
		if err := limiter.Failed(t.Context(), httpapi.LoginAccount, subject); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := limiter.Take(t.Context(), httpapi.LoginAccount, subject); err != nil || !d.Locked {
		t.Fatalf("%+v, %v; want a lock", d, err)
	}
	api.Post(path, "", body(link(t, stand, user), next)).Nothing(t)
	if d, err := limiter.Take(t.Context(), httpapi.LoginAccount, subject); err != nil || !d.Allowed {
		t.Errorf("after the reset: %+v, %v; want it open", d, err)
	}
}
