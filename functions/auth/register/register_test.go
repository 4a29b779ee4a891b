package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
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
	name = "auth/register"
	path = "/api/auth/register"
	ana  = `{"email":"Ana@Example.org","username":"Ana","password":"correct horse battery"}`
)

func body(t testing.TB, email, username, password string) string {
	t.Helper()
	b, err := json.Marshal(map[string]string{"email": email, "username": username, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// owner reads the account of an address as login does.
func owner(t testing.TB, stand *localtest.Stand, address string) (*domain.User, domain.Credential, error) {
	t.Helper()
	email, err := domain.ParseEmail(address)
	if err != nil {
		t.Fatal(err)
	}
	return dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}.ByEmail(t.Context(), email)
}

func matches(t testing.TB, credential domain.Credential, clear string) bool {
	t.Helper()
	password, err := auth.ParsePassword(clear)
	if err != nil {
		t.Fatal(err)
	}
	ok, err := auth.DefaultCost.Matches(password, credential.Hash)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// holdsOne fails unless the identity table has one account and nothing besides.
func holdsOne(t testing.TB, stand *localtest.Stand) {
	t.Helper()
	items := stand.Items(t, "IDENTITY_TABLE")
	users, credentials, claims := localtest.With(items, "username"), localtest.With(items, "hash"), localtest.With(items, "userId")
	if users != 1 || credentials != 1 || claims != 1 || len(items) != 3 {
		t.Errorf("%d users, %d credentials, %d claims in %d items, want one of each in 3", users, credentials, claims, len(items))
	}
}

type signedIn struct {
	User         struct{ ID, Email, Username, Role string }
	AccessToken  string
	RefreshToken string
	TokenType    string
	ExpiresIn    int
}

func TestRegisterAnswersTheUserAndTokens(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path, "", ana) })
	var in signedIn
	answer.Data(t, http.StatusCreated, &in)
	want := "{data:{accessToken:text deviceToken:text expiresIn:number refreshToken:text tokenType:text " +
		"user:{createdAt:text email:text emailVerified:bool id:text role:text timeZone:text updatedAt:text username:text}} success:bool}"
	if got := answer.Shape(t); got != want {
		t.Errorf("shape\n got %s\nwant %s", got, want)
	}
	if in.User.Email != "ana@example.org" || in.User.Username != "Ana" || in.User.Role != "learner" || in.TokenType != "Bearer" || in.ExpiresIn != 900 {
		t.Errorf("got %+v", in)
	}
	if at := answer.Header.Get("Location"); at != "/api/users/"+in.User.ID {
		t.Errorf("Location %q", at)
	}
	t.Run("the access token is the new user's at get-me", func(t *testing.T) {
		caller, err := stand.Env(t, "users/get-me").Tokens().Verify(in.AccessToken)
		if err != nil || caller.UserID.String() != in.User.ID || caller.Role != domain.Learner {
			t.Fatalf("caller %+v, %v; want %s", caller, err, in.User.ID)
		}
		user, err := dynamo.Accounts{Table: stand.Env(t, "users/get-me").Table("IDENTITY_TABLE")}.User(t.Context(), caller.UserID)
		if err != nil || user.State().Email.String() != in.User.Email {
			t.Errorf("user %v, %v", user, err)
		}
	})
	t.Run("neither password nor tokens are stored in clear", func(t *testing.T) {
		all := fmt.Sprintf("%s %s %s", stand.Items(t, "IDENTITY_TABLE"), stand.Items(t, "EPHEMERAL_TABLE"), stand.Items(t, "LEARNING_TABLE"))
		for _, secret := range []string{"correct horse", in.AccessToken, in.RefreshToken} {
			if strings.Contains(all, secret) {
				t.Errorf("the tables hold %q", secret)
			}
		}
		if sessions := stand.Items(t, "EPHEMERAL_TABLE"); len(sessions) != 1 || localtest.With(sessions, "seed") != 1 {
			t.Errorf("sessions: %v, want one", sessions)
		}
	})
	t.Run("the stored event holds ids alone", func(t *testing.T) {
		for _, item := range stand.Items(t, "IDENTITY_TABLE") {
			if event, ok := item["event"]; ok && (!strings.Contains(fmt.Sprint(event), in.User.ID) || strings.Contains(fmt.Sprint(event), "example.org")) {
				t.Errorf("event %v", event)
			}
		}
	})
}

func TestD01TheCredentialIsPartOfTheAccount(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).Post(path, "", ana).Data(t, http.StatusCreated, &signedIn{})
	user, credential, err := owner(t, stand, "ana@example.org")
	if err != nil || user.State().Username.String() != "Ana" || !matches(t, credential, "correct horse battery") {
		t.Errorf("login would find %v, %v, want Ana with her password", user, err)
	}
	holdsOne(t, stand)
}

// cheaply is handler with a cheap hash, so that many requests reach the table at once.
func cheaply(env *platform.Env) httpapi.Handler {
	register := Register{
		Accounts: dynamo.Accounts{Table: env.Table("IDENTITY_TABLE"), Now: env.Now},
		SignIn:   env.SignIn(), Cost: auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1}, Now: env.Now, Random: env.Random,
	}
	return httpapi.Command(http.StatusCreated, register.Do)
}

func TestD05OfFiftyRegistrationsOfOneAddressOneSucceeds(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, cheaply)
	var created, taken atomic.Int32
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			email := []string{"one@example.org", " ONE@example.org", "one@EXAMPLE.ORG"}[i%3]
			switch answer := api.Post(path, "", body(t, email, "Ana", "correct horse battery")); answer.Status {
			case http.StatusCreated:
				created.Add(1)
			case http.StatusConflict:
				taken.Add(1)
			default:
				t.Errorf("got %d %s", answer.Status, answer.Body)
			}
		})
	}
	all.Wait()
	if created.Load() != 1 || taken.Load() != 49 {
		t.Errorf("%d created, %d taken, want 1 and 49", created.Load(), taken.Load())
	}
	holdsOne(t, stand)
	again := api.Post(path, "", body(t, "one@example.org", "Other", "another password"))
	if f := again.Fails(t, http.StatusConflict, "user.email_taken"); strings.Contains(string(again.Body), "one@") || f.Details != nil {
		t.Errorf("got %s, want no address and no details", again.Body)
	}
	if user, _, err := owner(t, stand, "one@example.org"); err != nil || user.State().Username.String() != "Ana" {
		t.Errorf("the account is %v, %v now, want the first one's", user, err)
	}
}

func TestD13AddressesAndNamesOfAllScripts(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for _, c := range []struct{ email, username, want string }{
		{"Asa.Angstrom@例え.jp", "Åsa Ångström", "asa.angstrom@例え.jp"},
		{"yonghu@例子.广告", "李", "yonghu@例子.广告"},
		{"ivan@пример.рф", "Иван", "ivan@пример.рф"},
		{"jose@exa\u0308mple.org", "Jose\u0301 O’Brien", "jose@exämple.org"},
	} {
		t.Run(c.want+" is registered", func(t *testing.T) {
			var in signedIn
			api.Post(path, "", body(t, c.email, c.username, "correct horse battery")).Data(t, http.StatusCreated, &in)
			if in.User.Email != c.want || in.AccessToken == "" {
				t.Errorf("got %+v, want %s", in.User, c.want)
			}
		})
	}
	api.Post(path, "", body(t, "jose@exämple.org", "Other", "correct horse battery")).Fails(t, http.StatusConflict, "user.email_taken")
}

func TestARegistrationSaysItsTimeZone(t *testing.T) {
	t.Parallel()
	api := localtest.New(t).Serve(t, name, handler)
	with := func(email, zone string) string {
		return fmt.Sprintf(`{"email":%q,"username":"Ana","password":"correct horse battery","timeZone":%q}`, email, zone)
	}
	var in struct{ User struct{ TimeZone string } }
	api.Post(path, "", with("ana@example.org", "Asia/Kolkata")).Data(t, http.StatusCreated, &in)
	if in.User.TimeZone != "Asia/Kolkata" {
		t.Errorf("got %q", in.User.TimeZone)
	}
	f := api.Post(path, "", with("bo@example.org", "+05:30")).Fails(t, http.StatusBadRequest, "request.invalid")
	if f.Fields() != "timeZone" || f.Details[0].Code != "user.time_zone_invalid" {
		t.Errorf("details %+v", f.Details)
	}
	f = api.Post(path, "", with("léa@example.org", "UTC")).Fails(t, http.StatusBadRequest, "request.invalid")
	if f.Fields() != "email" || f.Details[0].Code != "user.email_not_ascii" {
		t.Errorf("details %+v", f.Details)
	}
}

func TestD37MalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesBadJSON(t, path, "", ana)
	for _, c := range []struct{ name, body, fields string }{
		{"an empty object names every field", `{}`, "email username password"},
		{"nulls are missing", `{"email":null,"username":null,"password":null}`, "email username password"},
		{"an id of one's own is not taken", `{"id":"x",` + ana[1:], "id"},
		{"nor a verified address", `{"emailVerified":true,` + ana[1:], "emailVerified"},
		{"nor a hash", `{"hash":"x",` + ana[1:], "hash"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := api.Post(path, "", c.body).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != c.fields {
				t.Errorf("details name %q, want %q", got, c.fields)
			}
		})
	}
	if items := stand.Items(t, "IDENTITY_TABLE"); len(items) != 0 {
		t.Errorf("refused requests left %v", items)
	}
}

func TestD60NamesFollowTheRules(t *testing.T) {
	t.Parallel()
	api := localtest.New(t).Serve(t, name, handler)
	bad := map[string]string{
		"a number": `12345`, "an empty name": `""`, "blanks": `"   "`, "65 characters": `"` + strings.Repeat("a", 65) + `"`,
		"markup": `"<b>Ana</b>"`, "a NUL": `"Ana\u0000"`, "a line break": `"Ana\nB"`, "two scripts that look alike": `"Аna Smith"`,
		"a right-to-left override": `"Ana\u202egnp"`, "a zero-width space alone": `"\u200b"`, "a list": `["Ana"]`,
	}
	for what, value := range bad {
		t.Run(what+" is refused", func(t *testing.T) {
			f := api.Post(path, "", `{"email":"ana@example.org","username":`+value+`,"password":"correct horse battery"}`).
				Fails(t, http.StatusBadRequest, "request.invalid")
			if f.Fields() != "username" || f.Details[0].Code == "" {
				t.Errorf("details %+v, want username with a code", f.Details)
			}
		})
	}
	t.Run("a name is kept in its normal form", func(t *testing.T) {
		var in signedIn
		api.Post(path, "", body(t, "ana@example.org", "  Ｊean   d'Arc ", "correct horse battery")).Data(t, http.StatusCreated, &in)
		if in.User.Username != "Jean d'Arc" {
			t.Errorf("got %q", in.User.Username)
		}
	})
}

func TestD61AddressesFollowTheRulesAndAreNotEchoed(t *testing.T) {
	t.Parallel()
	api := localtest.New(t).Serve(t, name, handler)
	for what, email := range map[string]string{
		"no at sign": "echoed.example.org", "two dots": "echoed@b..c", "markup": "<svg/onload=echoed>@x.yz", "a NUL": "echoed\x00@example.org",
		"a dot alone": ".echoed@example.org", "a line break": "echoed@example.org\r\nBcc: a@b.org", "no domain": "echoed@", "blanks": "echoed @example.org",
		"255 bytes": "echoed@" + strings.Repeat("a.", 123) + "org", "a quoted part": `"echoed"@example.org`, "an address literal": "echoed@[127.0.0.1]",
		"two addresses": "echoed@example.org,b@example.org", "1 MB less": "echoed@" + strings.Repeat("a", 50_000) + ".org",
	} {
		t.Run(what+" is refused", func(t *testing.T) {
			answer := api.Post(path, "", body(t, email, "Ana", "correct horse battery"))
			if got := answer.Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "email" {
				t.Errorf("details name %q, want email", got)
			}
			if bytes.Contains(answer.Body, []byte("echoed")) {
				t.Errorf("the answer repeats the address: %.200s", answer.Body)
			}
		})
	}
	t.Run("what is no text is refused", func(t *testing.T) {
		for _, value := range []string{"5", "true", `{"a":1}`, `["a@b.org"]`} {
			f := api.Post(path, "", `{"email":`+value+`,"username":"Ana","password":"correct horse battery"}`).
				Fails(t, http.StatusBadRequest, "request.invalid")
			if f.Fields() != "email" || f.Details[0].Message != "must be a string" {
				t.Errorf("%s: details %+v", value, f.Details)
			}
		}
	})
}

func TestPasswordsHave8To1024Characters(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for password, ok := range map[string]bool{
		"": false, "1234567": false, "1!345678": true, strings.Repeat("x", 1024): true, strings.Repeat("x", 1025): false,
		strings.Repeat("é", 1024): true, strings.Repeat("é", 1024) + "x": false, strings.Repeat("\ufdfa", 300): false, "パスワード": false, "パスワード長い鍵": true,
	} {
		t.Run(fmt.Sprintf("%d bytes like %.12q", len(password), password), func(t *testing.T) {
			email := fmt.Sprintf("p%d-%d@example.org", len(password), len([]rune(password)))
			answer := api.Post(path, "", body(t, email, "Ana", password))
			if !ok {
				if got := answer.Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "password" {
					t.Errorf("details name %q, want password", got)
				}
				return
			}
			answer.Data(t, http.StatusCreated, &signedIn{})
			if _, credential, err := owner(t, stand, email); err != nil || !matches(t, credential, password) {
				t.Errorf("the password does not match afterwards: %v", err)
			}
		})
	}
}

func TestALostAnswerOfDynamoDBIsNoFailure(t *testing.T) {
	t.Parallel()
	for what, words := range writes {
		t.Run("of the "+what, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			intercept, lost := localtest.LoseAnswer(words...)
			stand.Intercept(intercept)
			api.Post(path, "", ana).Data(t, http.StatusCreated, &signedIn{})
			if lost.Load() != 1 {
				t.Error("no answer was lost: the test's words match no call")
			}
			holdsOne(t, stand)
		})
	}
}

// writes are the five writes of a registration, by words that their requests hold.
var writes = map[string][]string{
	"claim": {"PutItem", "pendingUntil"}, "credential": {"PutItem", `"hash"`}, "user": {"PutItem", `"username"`},
	"confirmation": {"UpdateItem", "REMOVE"}, "session": {"PutItem", `"seed"`},
}

func TestARegistrationThatDiesLeavesNothingInTheWay(t *testing.T) {
	t.Parallel()
	for what, words := range writes {
		t.Run("at the "+what, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			env := stand.Env(t, name)
			var late atomic.Int64
			env.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
			api := stand.ServeEnv(t, name, env, handler)
			stand.Intercept(localtest.Down(words...))
			answer := api.Post(path, "", ana)
			answer.Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
			if bytes.Contains(answer.Body, []byte("secret-host")) {
				t.Errorf("the cause is told: %s", answer.Body)
			}
			stand.Intercept(nil)
			if what == "session" {
				if _, credential, err := owner(t, stand, "ana@example.org"); err != nil || !matches(t, credential, "correct horse battery") {
					t.Errorf("the account cannot be signed in to: %v", err)
				}
				return
			}
			if _, _, err := owner(t, stand, "ana@example.org"); err != domain.ErrNoUser {
				t.Errorf("half an account can be signed in to: %v", err)
			}
			late.Store(int64(31 * time.Second)) // the claim's lease is over
			api.Post(path, "", body(t, "ana@example.org", "Ana Two", "another password")).Data(t, http.StatusCreated, &signedIn{})
			user, credential, err := owner(t, stand, "ana@example.org")
			if err != nil || user.State().Username.String() != "Ana Two" || !matches(t, credential, "another password") {
				t.Errorf("the second registration made %v, %v", user, err)
			}
			holdsOne(t, stand)
		})
	}
}

func TestTheLogHoldsNothingPersonal(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	var log bytes.Buffer
	env.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	api := stand.ServeEnv(t, name, env, handler)
	var in signedIn
	api.Post(path, "", ana).Data(t, http.StatusCreated, &in)
	api.Post(path, "", ana).Fails(t, http.StatusConflict, "user.email_taken")
	api.Post(path, "", `{"email":"ana.example.org","username":"Ana"}`).Fails(t, http.StatusBadRequest, "request.invalid")
	stand.Intercept(localtest.Down())
	api.Post(path, "", body(t, "bo@example.org", "Bo", "correct horse battery")).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	if lines := bytes.Count(log.Bytes(), []byte("\n")); lines < 5 {
		t.Errorf("%d lines, want one a request and one for the failure:\n%s", lines, log.Bytes())
	}
	for _, secret := range []string{"example.org", "correct horse", in.AccessToken, in.RefreshToken} {
		if strings.Contains(strings.ToLower(log.String()), strings.ToLower(secret)) {
			t.Errorf("the log holds %q:\n%s", secret, log.Bytes())
		}
	}
}
