package main

import (
	"net/http"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const name = "users/get-user"

func path(user localtest.User) string { return "/api/users/" + user.ID.String() }

type user struct{ ID, Username, Role, CreatedAt string }

const shape = "{data:{createdAt:text id:text role:text username:text} success:bool}"

func TestGetUserShowsAnyUser(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, editor := stand.NewUser(t), stand.NewUserAs(t, domain.Editor)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path(editor), ana.Token) })
	var got user
	answer.Data(t, http.StatusOK, &got)
	if got := answer.Shape(t); got != shape {
		t.Errorf("shape\n got %s\nwant %s", got, shape)
	}
	if got.ID != editor.ID.String() || got.Username != "Test Learner" || got.Role != "editor" || !strings.HasSuffix(got.CreatedAt, "Z") {
		t.Errorf("got %+v, want the editor", got)
	}
	if tag := answer.Header.Get("ETag"); tag != `"3"` { // made, verified, and given a role
		t.Errorf("ETag %s, want version 3", tag)
	}
	if tag := api.Get(path(ana), editor.Token).Header.Get("ETag"); tag != `"1"` {
		t.Errorf("ETag %s, want version 1", tag)
	}
}

// D04: every user could read every other's address.
func TestD04NobodyGetsAnAddress(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	for who, token := range map[string]string{
		"the user": ana.Token, "another": stand.NewUser(t).Token, "an editor": stand.NewUserAs(t, domain.Editor).Token,
		"an admin": stand.NewUserAs(t, domain.Admin).Token,
	} {
		answer := api.Get(path(ana), token)
		answer.Data(t, http.StatusOK, &user{})
		if got := answer.Shape(t); got != shape || strings.Contains(string(answer.Body), "@") {
			t.Errorf("%s gets %s", who, answer.Body)
		}
	}
}

// D64: the answer repeated what had been asked for.
func TestD64UnknownIDsAre404AndNotRepeated(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	unknown := "01890a5d-ac96-774b-bcce-b302099a8057"
	answer := api.Get("/api/users/"+unknown, ana.Token)
	if answer.Fails(t, http.StatusNotFound, "user.not_found"); strings.Contains(string(answer.Body), unknown) {
		t.Errorf("the answer repeats the id: %s", answer.Body)
	}
	before := stand.Calls(t, name)
	for _, id := range []string{
		"undefined", "nobody@example.org", "%3Cscript%3E", strings.ToUpper(ana.ID.String()), "01890a5d-ac96-474b-bcce-b302099a8057",
		ana.ID.String() + "%20", strings.Repeat("a", 1000),
	} {
		answer := api.Get("/api/users/"+id, ana.Token)
		answer.Fails(t, http.StatusNotFound, "not_found")
		if body := string(answer.Body); strings.Contains(body, id) || strings.Contains(body, "script") {
			t.Errorf("the answer repeats %.40s: %s", id, body)
		}
	}
	for _, call := range stand.Calls(t, name)[len(before):] {
		if call == "GetItem" {
			t.Error("a user was looked for by what is no id")
		}
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path(stand.NewUser(t))})
}

func TestD77ANewAccountIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	stand.Intercept(localtest.Lagging)
	api.Get(path(ana), ana.Token).Data(t, http.StatusOK, &user{})
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	stand.Intercept(localtest.Down())
	api.Get(path(ana), ana.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	api.Get(path(ana), ana.Token).Data(t, http.StatusOK, &user{})
}
