package main

import (
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
)

const (
	name = "users/get-me"
	path = "/api/users/me"
)

type me struct {
	ID, Email, Username, Role, CreatedAt, UpdatedAt string
	EmailVerified                                   bool
}

func TestGetMeShowsTheCaller(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path, ana.Token) })
	var got me
	answer.Data(t, http.StatusOK, &got)
	want := "{data:{createdAt:text email:text emailVerified:bool id:text role:text timeZone:text updatedAt:text username:text} success:bool}"
	if shape := answer.Shape(t); shape != want {
		t.Errorf("shape\n got %s\nwant %s", shape, want)
	}
	if got.ID != ana.ID.String() || got.Email != ana.Email || got.Role != "learner" || got.EmailVerified || !strings.HasSuffix(got.CreatedAt, "Z") {
		t.Errorf("got %+v, want %s", got, ana.ID)
	}
	if tag := answer.Header.Get("ETag"); tag != `"1"` {
		t.Errorf("ETag %s, want version 1, for If-Match", tag)
	}
	api.Get(path, bo.Token).Data(t, http.StatusOK, &got)
	if got.ID != bo.ID.String() {
		t.Errorf("another caller got %s, want %s", got.ID, bo.ID)
	}
	if f := api.Get(path+"?id="+bo.ID.String()+"&userId="+bo.ID.String(), ana.Token).Fails(t, http.StatusBadRequest, "request.invalid"); f.Fields() != "id userId" {
		t.Errorf("ids in the query are refused as %q", f.Fields())
	}
}

func TestD02TheSecondReadIsAsTheFirst(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	var first, second me
	api.Get(path, user.Token).Data(t, http.StatusOK, &first)
	api.Get(path, user.Token).Data(t, http.StatusOK, &second)
	if first != second || second.Email != user.Email || second.CreatedAt == "" {
		t.Errorf("got %+v, then %+v, want %s twice", first, second, user.Email)
	}
}

func TestD08NoHashIsAnswered(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	answer := api.Get(path, stand.NewUser(t).Token)
	answer.Data(t, http.StatusOK, &me{})
	for _, word := range []string{"hash", "password", "argon2"} {
		if strings.Contains(strings.ToLower(string(answer.Body)), word) {
			t.Errorf("the answer holds %q: %s", word, answer.Body)
		}
	}
}

func TestD62ATokenWithoutItsAccountIs404(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).Get(path, stand.Ghost(t).Token).Fails(t, http.StatusNotFound, "user.not_found")
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}

func TestD68TheHandlerIsBuiltOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	user := stand.NewUser(t)
	env := stand.Env(t, name)
	lookUp, lookUps := env.Lookup, 0
	env.Lookup = func(variable string) string { lookUps++; return lookUp(variable) }
	api := stand.ServeEnv(t, name, env, handler)
	built := lookUps
	for range 3 {
		api.Get(path, user.Token).Data(t, http.StatusOK, &me{})
	}
	if built == 0 || lookUps != built {
		t.Errorf("3 requests read the environment %d times after %d at the start: nothing may be built in a request", lookUps-built, built)
	}
}

func TestD77ANewAccountIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Intercept(localtest.Lagging)
	api.Get(path, user.Token).Data(t, http.StatusOK, &me{})
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	user := stand.NewUser(t)
	stand.Intercept(localtest.Down())
	if answer := api.Get(path, user.Token); strings.Contains(string(answer.Body), "secret-host") {
		t.Errorf("the cause is told: %s", answer.Body)
	} else {
		answer.Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	}
	stand.Intercept(nil)
	api.Get(path, user.Token).Data(t, http.StatusOK, &me{})
}
