package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// Hashes of localtest.Password made by Web Crypto (Node) and by Python's hashlib, and of abc by Web Crypto.
const (
	bare      = "AQgPFh0kKzI5QEdOVVxjarwNdKextiWbLDh5SvVJoXPVnsP0CJ55WqC8LO/pwct8"
	pbkdf2    = "$pbkdf2-sha256$i=600000$c29tZXNhbHRzb21lc2FsdA$xiQCridf0d1jkMJZYXDvrZOJq6ZmcfvlLinS1eik7sc"
	bareShort = "AQgPFh0kKzI5QEdOVVxjan7ZQNnCZpYQ27zhIjnmvLuD5g681hrHCwqscs8N1HYp"
)

const imported = "imported@example.org"

// changed is when the imported password was set.
var changed = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

func accounts(stand *localtest.Stand) dynamo.Accounts {
	return dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
}

// importUser stores an account with a hash made elsewhere.
func importUser(t testing.TB, stand *localtest.Stand, hash string) {
	t.Helper()
	email, err := domain.ParseEmail(imported)
	must(t, err)
	name, err := domain.ParseUsername("Imported")
	must(t, err)
	user, created, err := domain.NewUser(email, name, changed, rand.Reader)
	must(t, err)
	must(t, accounts(stand).Register(t.Context(), user, domain.Credential{Hash: hash, ChangedAt: changed}, created))
}

func stored(t testing.TB, stand *localtest.Stand) domain.Credential {
	t.Helper()
	email, err := domain.ParseEmail(imported)
	must(t, err)
	_, credential, err := accounts(stand).ByEmail(t.Context(), email)
	must(t, err)
	return credential
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestU08ImportedUsersSignInWithThePasswordTheyHad(t *testing.T) {
	t.Parallel()
	old, err := auth.EnteredPassword(localtest.Password)
	must(t, err)
	weaker, err := auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}.Hash(old, rand.Reader)
	must(t, err)
	for what, c := range map[string]struct{ hash, password string }{
		"Web Crypto's salt and sum": {bare, localtest.Password}, "PBKDF2": {pbkdf2, localtest.Password},
		"argon2id of a lower cost": {weaker, localtest.Password}, "a short password": {bareShort, "abc"},
	} {
		t.Run(what+" is verified and upgraded once", func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			importUser(t, stand, c.hash)
			api.Post(path, "", body(t, imported, c.password+"x")).Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
			if got := stored(t, stand); got.Hash != c.hash {
				t.Fatalf("a wrong password stored %q", got.Hash)
			}
			api.Post(path, "", body(t, imported, c.password)).Data(t, http.StatusOK, &signedIn{})
			got := stored(t, stand)
			if !strings.HasPrefix(got.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") || !got.ChangedAt.Equal(changed) {
				t.Errorf("stored %.32q of %v, want argon2id at the default cost of %v", got.Hash, got.ChangedAt, changed)
			}
			api.Post(path, "", body(t, imported, c.password+"x")).Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
			api.Post(path, "", body(t, imported, c.password)).Data(t, http.StatusOK, &signedIn{})
			if again := stored(t, stand); again != got {
				t.Error("the second login changed the hash")
			}
		})
	}
}

func TestD52TheUpgradeIsOneUpdateMore(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	importUser(t, stand, bare)
	login := func() { api.Post(path, "", body(t, imported, localtest.Password)).Data(t, http.StatusOK, &signedIn{}) }
	login()
	first := stand.Calls(t, name)
	sleep(time.Minute) // the limit asks once more of who was here just now
	stand.WantCalls(t, name, login)
	if ordinary := stand.Calls(t, name)[len(first):]; len(ordinary) != 7 || !slices.Equal(first, slices.Insert(slices.Clone(ordinary), 6, "UpdateItem")) {
		t.Errorf("the first login asked %q of DynamoDB, the second %q; want one UpdateItem less", first, ordinary)
	}
}

func TestD52AFailedUpgradeFailsNoLogin(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	var log bytes.Buffer
	env.Log = slog.New(slog.NewJSONHandler(&log, nil))
	api := stand.ServeEnv(t, name, env, handler)
	importUser(t, stand, bare)
	stand.Intercept(localtest.Down("UpdateItem", "#hash"))
	var in signedIn
	api.Post(path, "", body(t, imported, localtest.Password)).Data(t, http.StatusOK, &in)
	if got := stored(t, stand); got.Hash != bare {
		t.Errorf("stored %q, want the old hash", got.Hash)
	}
	if n := strings.Count(log.String(), `"level":"WARN"`); n != 1 || !strings.Contains(log.String(), in.User.ID) {
		t.Errorf("%d warnings, want one with the user's id:\n%s", n, &log)
	}
	for _, secret := range []string{bare, "argon2id", "horse", imported, in.AccessToken, in.RefreshToken} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, &log)
		}
	}
	stand.Intercept(nil)
	api.Post(path, "", body(t, imported, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	if got := stored(t, stand); got.Hash == bare {
		t.Error("the next login did not upgrade the hash")
	}
}

// With replicas that are late, the region that decides about accounts must do the write: another one may not know of a new password yet,
// and the later write of the old one's better hash would win over it.
func TestD52AnUpgradeIsDecidedAtHome(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	asked := stand.AnotherHome(t)
	importUser(t, stand, bare)
	stand.Serve(t, name, handler).Post(path, "", body(t, imported, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	if got := asked(); !slices.Equal(got, []string{"UpdateItem"}) || stored(t, stand).Hash != bare {
		t.Errorf("asked %q of the home region, and stored %.20q here", got, stored(t, stand).Hash)
	}
}

func TestD52AnUpgradeNeverUndoesAChangeOfPassword(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	importUser(t, stand, bare)
	users := stand.Items(t, "IDENTITY_TABLE")
	credential := users[slices.IndexFunc(users, func(i map[string]any) bool { return i["hash"] != nil })]
	id := domain.RestoreID[domain.User](strings.TrimPrefix(credential["pk"].(string), "USER#"))
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		text, err := io.ReadAll(r.Body)
		must(t, err)
		if r.Body = io.NopCloser(bytes.NewReader(text)); bytes.Contains(text, []byte("#hash")) {
			stand.Intercept(nil) // the owner is faster, with another password
			must(t, accounts(stand).Rehash(t.Context(), id, bare, pbkdf2))
		}
		next.ServeHTTP(w, r)
	})
	api.Post(path, "", body(t, imported, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	if got := stored(t, stand); got.Hash != pbkdf2 {
		t.Errorf("stored %q, want the hash of the change", got.Hash)
	}
}

func TestD52ManyLoginsAtOnceUpgradeTogether(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	importUser(t, stand, bare)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { api.Post(path, "", body(t, imported, localtest.Password)).Data(t, http.StatusOK, &signedIn{}) })
	}
	all.Wait()
	before := stored(t, stand)
	api.Post(path, "", body(t, imported, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	if after := stored(t, stand); after != before || !strings.HasPrefix(after.Hash, "$argon2id$") {
		t.Errorf("stored %.20q, then %.20q, want one argon2id hash", before.Hash, after.Hash)
	}
}

// A stored hash that nobody can read is our mistake, not the user's, and is not told.
func TestU08AnUnreadableHashIs500(t *testing.T) {
	t.Parallel()
	for _, hash := range []string{"$2b$12$" + strings.Repeat("a", 53), "$pbkdf2-sha256$i=9000000$c29tZXNhbHQ$K5SAHVwQoz0J3yvOytAOiRUeGU0", "plain"} {
		t.Run(fmt.Sprintf("such as %.14s", hash), func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			importUser(t, stand, hash)
			answer := api.Post(path, "", body(t, imported, localtest.Password))
			answer.Fails(t, http.StatusInternalServerError, "internal")
			if bytes.Contains(answer.Body, []byte("hash")) {
				t.Errorf("the answer tells the cause: %s", answer.Body)
			}
		})
	}
}
