package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const name = "users/set-role"

func path(user localtest.User) string { return "/api/users/" + user.ID.String() + "/role" }

type user struct{ ID, Username, Role, CreatedAt string }

// put gives a user a role; tag is the If-Match header, "" for none.
func put(api *localtest.API, user localtest.User, token, role, tag string) localtest.Answer {
	r := localtest.Request{Method: http.MethodPut, Path: path(user), Token: token, Body: fmt.Sprintf(`{"role":%q}`, role)}
	if tag != "" {
		r.Header = http.Header{"If-Match": {tag}}
	}
	return api.Do(r)
}

// A late replica's write of the item could give back a role that was taken away.
func TestARoleIsGivenAtHome(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	admin, ana, asked := stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Learner), stand.AnotherHome(t)
	put(stand.Serve(t, name, handler), ana, admin.Token, "editor", "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	if got := asked(); !slices.Equal(got, []string{"BatchGetItem"}) {
		t.Errorf("asked %q of the home region", got)
	}
}

func TestSetRoleAnswersTheUser(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin, ana := stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Learner)
	before := stand.Stored(t, ana)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = put(api, ana, admin.Token, "editor", "") })
	var got user
	answer.Data(t, http.StatusOK, &got)
	if shape := answer.Shape(t); shape != "{data:{createdAt:text email:text id:text role:text username:text} success:bool}" {
		t.Errorf("shape %s", shape)
	}
	if got.ID != ana.ID.String() || got.Role != "editor" || answer.Header.Get("ETag") != `"3"` {
		t.Errorf("got %+v with ETag %s", got, answer.Header.Get("ETag"))
	}
	after := stand.Stored(t, ana)
	if after.Role != domain.Editor || after.Version != 3 || after.UpdatedAt.Before(before.UpdatedAt) || after.Email != before.Email || after.Username != before.Username {
		t.Errorf("stored %+v, was %+v", after, before)
	}
	if event, want := stand.LatestEvent(t, ana), "user.role_changed map[userId:"+ana.ID.String()+"]"; event != want {
		t.Errorf("event %q, want %q", event, want)
	}
	t.Run("the role they have already changes nothing", func(t *testing.T) {
		answer := put(api, ana, admin.Token, "editor", "")
		answer.Data(t, http.StatusOK, &user{})
		if again := stand.Stored(t, ana); again != after || answer.Header.Get("ETag") != `"3"` {
			t.Errorf("stored %+v, want %+v", again, after)
		}
	})
	t.Run("every role can be given and taken", func(t *testing.T) {
		for _, role := range []string{"admin", "learner", "editor", "learner"} {
			put(api, ana, admin.Token, role, "").Data(t, http.StatusOK, &user{})
			if got := stand.Stored(t, ana).Role.String(); got != role {
				t.Errorf("stored %s, want %s", got, role)
			}
		}
	})
}

// D59: there were no roles, so nobody could do more than another.
func TestD59OnlyAdminsGiveRoles(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUserAs(t, domain.Learner)
	for _, role := range []domain.Role{domain.Learner, domain.Editor} {
		caller := stand.NewUserAs(t, role)
		for _, target := range []localtest.User{ana, caller, stand.Ghost(t)} {
			put(api, target, caller.Token, "admin", "").Fails(t, http.StatusForbidden, "auth.forbidden")
		}
		if got := stand.Stored(t, caller).Role; got != role {
			t.Errorf("a %s made themselves %s", role, got)
		}
	}
	if s := stand.Stored(t, ana); s.Role != domain.Learner || s.Version != 2 {
		t.Errorf("stored %+v, want a learner of version 2", s)
	}
	t.Run("only the roles there are, by their exact names", func(t *testing.T) {
		admin := stand.NewUserAs(t, domain.Admin)
		for _, body := range []string{
			`{"role":"root"}`, `{"role":"Admin"}`, `{"role":" admin"}`, `{"role":""}`, `{"role":null}`, `{}`, `{"role":["admin"]}`, `{"role":true}`,
		} {
			r := localtest.Request{Method: http.MethodPut, Path: path(ana), Token: admin.Token, Body: body}
			if got := api.Do(r).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "role" {
				t.Errorf("%s: details name %q, want role", body, got)
			}
		}
	})
	t.Run("a new role is in the next token, and not in those there are", func(t *testing.T) {
		admin := stand.NewUserAs(t, domain.Admin)
		put(api, ana, admin.Token, "admin", "").Data(t, http.StatusOK, &user{})
		put(api, admin, ana.Token, "learner", "").Fails(t, http.StatusForbidden, "auth.forbidden")
		next := stand.Token(t, domain.RestoreUser(stand.Stored(t, ana)), time.Now())
		put(api, admin, next, "learner", "").Data(t, http.StatusOK, &user{})
	})
}

func TestAnAdminCannotChangeTheirOwnRole(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	for _, role := range []string{"learner", "editor", "admin"} {
		if f := put(api, admin, admin.Token, role, "").Fails(t, http.StatusConflict, "user.own_role"); !strings.Contains(f.Error, "own role") {
			t.Errorf("the refusal says %q", f.Error)
		}
	}
	if s := stand.Stored(t, admin); s.Role != domain.Admin {
		t.Errorf("stored %s, want admin", s.Role)
	}
}

// D06: saves overwrote each other.
func TestD06TwoAdminsAtOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin, ana := stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Learner)
	roles := []string{"editor", "admin"}
	statuses := make([]int, len(roles))
	var all sync.WaitGroup
	for i, role := range roles {
		all.Go(func() { statuses[i] = put(api, ana, admin.Token, role, `"2"`).Status })
	}
	all.Wait()
	s := stand.Stored(t, ana)
	for i, status := range statuses {
		if won := s.Role.String() == roles[i]; won && status != http.StatusOK || !won && status != http.StatusPreconditionFailed {
			t.Errorf("statuses %v, and the role is %s", statuses, s.Role)
		}
	}
	if s.Version != 3 {
		t.Errorf("version %d, want 3", s.Version)
	}
	put(api, ana, admin.Token, "learner", `"2"`).Fails(t, http.StatusPreconditionFailed, "request.stale")
}

// D64: the answer repeated what had been asked for.
func TestD64UnknownIDsAre404AndNotRepeated(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin, ghost := stand.NewUserAs(t, domain.Admin), stand.Ghost(t)
	answer := put(api, ghost, admin.Token, "editor", "")
	if answer.Fails(t, http.StatusNotFound, "user.not_found"); strings.Contains(string(answer.Body), ghost.ID.String()) {
		t.Errorf("the answer repeats the id: %s", answer.Body)
	}
	for _, id := range []string{"me", "undefined", strings.ToUpper(admin.ID.String())} {
		answer := api.Do(localtest.Request{Method: http.MethodPut, Path: "/api/users/" + id + "/role", Token: admin.Token, Body: `{"role":"editor"}`})
		if answer.Fails(t, http.StatusNotFound, "not_found"); len(id) > 2 && strings.Contains(string(answer.Body), id) {
			t.Errorf("the answer repeats %s", id)
		}
	}
}

func TestD37MalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesBadJSONBy(t, http.MethodPut, path(stand.NewUserAs(t, domain.Learner)), stand.NewUserAs(t, domain.Admin).Token, `{"role":"editor"}`)
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodPut, Path: path(stand.NewUserAs(t, domain.Learner)), Body: `{"role":"editor"}`})
}

func TestADeadDatabaseIs503AndChangesNothing(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin, ana := stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Learner)
	stand.Intercept(localtest.Down("PutItem"))
	put(api, ana, admin.Token, "editor", "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	if s := stand.Stored(t, ana); s.Role != domain.Learner {
		t.Errorf("stored %s, want learner", s.Role)
	}
	put(api, ana, admin.Token, "editor", "").Data(t, http.StatusOK, &user{})
}

// Anybody can register somebody else's address, and choose any name.
func TestRolesAreForVerifiedAddresses(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin, squatter := stand.NewUserAs(t, domain.Admin), stand.NewUser(t)
	for _, role := range []string{"editor", "admin"} {
		put(api, squatter, admin.Token, role, "").Fails(t, http.StatusConflict, "user.email_unverified")
	}
	if s := stand.Stored(t, squatter); s.Role != domain.Learner || s.Version != 1 {
		t.Errorf("stored %+v, want what was there", s)
	}
}
