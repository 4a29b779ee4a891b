package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
)

const (
	name = "auth/login"
	path = "/api/auth/login"
)

func body(t testing.TB, email, password string) string {
	t.Helper()
	b, err := json.Marshal(map[string]string{"email": email, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

type signedIn struct {
	User         struct{ ID, Email string }
	AccessToken  string
	RefreshToken string
	TokenType    string
	ExpiresIn    int
	DeviceToken  string
}

func TestLoginAnswersTheUserAndTokens(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUserOf(t, "ana@example.org", auth.DefaultCost) // a cheaper hash would be upgraded
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Post(path, "", body(t, user.Email, localtest.Password)) })
	var in signedIn
	answer.Data(t, http.StatusOK, &in)
	want := "{data:{accessToken:text deviceToken:text expiresIn:number refreshToken:text tokenType:text " +
		"user:{createdAt:text email:text emailVerified:bool id:text role:text timeZone:text updatedAt:text username:text}} success:bool}"
	if got := answer.Shape(t); got != want {
		t.Errorf("shape\n got %s\nwant %s", got, want)
	}
	if in.User.ID != user.ID.String() || in.User.Email != user.Email || in.TokenType != "Bearer" || in.ExpiresIn != 900 {
		t.Errorf("got %+v, want %s", in, user.ID)
	}
	caller, err := stand.Env(t, "users/get-me").Tokens().Verify(in.AccessToken)
	if err != nil || caller.UserID != user.ID {
		t.Errorf("the access token is %v's, %v; want %s", caller.UserID, err, user.ID)
	}
	sessions := stand.Items(t, "EPHEMERAL_TABLE")
	if len(sessions) != 1 || strings.Contains(fmt.Sprintf("%s", sessions), in.RefreshToken) {
		t.Errorf("sessions %v, want one without its token", sessions)
	}
	expires, _ := sessions[0]["expiresAt"].(float64)
	if left := time.Until(time.Unix(int64(expires), 0)); left < domain.SessionTTL-time.Minute || left > domain.SessionTTL {
		t.Errorf("the session expires in %v, want %v", left, domain.SessionTTL)
	}
}

func TestD02TheSecondLoginIsAsTheFirst(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var first, second signedIn
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &first)
	api.Post(path, "", body(t, " "+strings.ToUpper(user.Email)+" ", localtest.Password)).Data(t, http.StatusOK, &second)
	if first.User != second.User || second.User.ID != user.ID.String() || second.User.Email != user.Email {
		t.Errorf("got %+v, then %+v", first.User, second.User)
	}
	if first.AccessToken == second.AccessToken || first.RefreshToken == second.RefreshToken || len(stand.Items(t, "EPHEMERAL_TABLE")) != 2 {
		t.Error("two logins share a session")
	}
}

func TestD13AddressesOfAllScriptsCanSignIn(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUserOf(t, "Åsa.Ångström@例え.jp", auth.Argon2id{MemoryKiB: 64, Passes: 1, Lanes: 1})
	for _, email := range []string{"Åsa.Ångström@例え.jp", "ÅSA.ångström@例え.JP", "a\u030asa.a\u030angstro\u0308m@xn--r8jz45g.jp"} {
		var in signedIn
		api.Post(path, "", body(t, email, localtest.Password)).Data(t, http.StatusOK, &in)
		caller, err := stand.Env(t, "users/get-me").Tokens().Verify(in.AccessToken)
		if in.User.Email != "åsa.ångström@例え.jp" || err != nil || caller.UserID != user.ID {
			t.Errorf("%s: got %+v, %v", email, in.User, err)
		}
	}
}

func TestD77AnAccountCanSignInAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Intercept(localtest.Lagging)
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
}

// wrong are sign-ins that fail all alike.
func wrong(user localtest.User) map[string][2]string {
	return map[string][2]string{
		"a wrong password":             {user.Email, "wrong horse battery"},
		"an unknown address":           {"nobody@example.org", localtest.Password},
		"an address that cannot be":    {"no address", localtest.Password},
		"a password that cannot be":    {user.Email, "short"},
		"a password of 1025 bytes":     {user.Email, strings.Repeat("x", 1025)},
		"a password of 1024 bytes":     {user.Email, strings.Repeat("x", 1024)},
		"the password in capitals":     {user.Email, strings.ToUpper(localtest.Password)},
		"the password and a space":     {user.Email, localtest.Password + " "},
		"the password and a NUL":       {user.Email, localtest.Password + "\x00"},
		"nothing at all":               {"", ""},
		"the user's id for an address": {user.ID.String(), localtest.Password},
	}
}

func TestWhatIsWrongIsNotTold(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env, sleep := stopped(t, stand)
	api := stand.ServeEnv(t, name, env, handler)
	user := stand.NewUser(t)
	first := ""
	for what, in := range wrong(user) {
		t.Run(what+" is answered as any other", func(t *testing.T) {
			sleep(time.Hour) // no lock of the one before
			answer := api.Post(path, "", body(t, in[0], in[1]))
			f := answer.Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
			answer.Header.Del("Date")
			answer.Header.Del("X-Request-Id")
			answer.Header.Del("Apigw-Requestid")
			for header := range answer.Header { // the limit counts down; limits_test.go compares it
				if strings.Contains(header, "Ratelimit") {
					answer.Header.Del(header)
				}
			}
			got := strings.ReplaceAll(fmt.Sprint(answer.Header, string(answer.Body)), f.RequestID, "")
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("got  %s\nwant %s", got, first)
			}
		})
	}
	if sessions := stand.Items(t, "EPHEMERAL_TABLE"); len(sessions) != 0 {
		t.Errorf("failed logins left %v", sessions)
	}
}

// Not parallel: it measures. D20 is the seed's quick answer for unknown users.
func TestD20AnUnknownAddressTakesTheTimeOfAWrongPassword(t *testing.T) {
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	take := func(email string) time.Duration {
		begin := time.Now()
		api.Post(path, "", body(t, email, "wrong horse battery")).Fails(t, http.StatusUnauthorized, "auth.credentials_wrong")
		return time.Since(begin)
	}
	// The least of many tries in turns: a busy machine slows all but some of either kind.
	known, unknown := time.Hour, time.Hour
	for i := range 3 {
		user := stand.NewUserOf(t, fmt.Sprintf("known%d@example.org", i), auth.DefaultCost)
		for range 4 { // a fifth would lock
			known = min(known, take(user.Email))
			unknown = min(unknown, take(fmt.Sprintf("nobody%d@example.org", i)))
		}
	}
	if unknown < known/2 || known < unknown/2 {
		t.Errorf("a wrong password takes %v, an unknown address %v", known, unknown)
	}
}

func TestD37MalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesBadJSON(t, path, "", body(t, "ana@example.org", localtest.Password))
	if calls := stand.Calls(t, name); len(calls) != 0 {
		t.Errorf("refused requests asked %v of DynamoDB", calls)
	}
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	for what, words := range map[string][]string{"claim": {"GetItem"}, "account": {"Query"}, "session": {"PutItem"}} {
		t.Run("at the "+what, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			user := stand.NewUser(t)
			stand.Intercept(localtest.Down(words...))
			api.Post(path, "", body(t, user.Email, localtest.Password)).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
			stand.Intercept(nil)
			if sessions := stand.Items(t, "EPHEMERAL_TABLE"); len(sessions) != 0 {
				t.Errorf("a failed login left %v", sessions)
			}
			api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
		})
	}
}

func TestALostAnswerOpensOneSession(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	intercept, lost := localtest.LoseAnswer("PutItem", "seed")
	stand.Intercept(intercept)
	api.Post(path, "", body(t, user.Email, localtest.Password)).Data(t, http.StatusOK, &signedIn{})
	if n := len(stand.Items(t, "EPHEMERAL_TABLE")); n != 1 || lost.Load() != 1 {
		t.Errorf("%d sessions after %d lost answers, want 1 after 1", n, lost.Load())
	}
}
