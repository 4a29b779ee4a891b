package main

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

const (
	name = "users/list-audit"
	path = "/api/audit"
	own  = "/api/users/me/activity"
)

// keep stores an entry as httpapi.Audit does.
func keep(t testing.TB, stand *localtest.Stand, at time.Time, e domain.AuditEntry) domain.AuditEntry {
	t.Helper()
	var err error
	if e.ID, err = domain.NewID[domain.AuditEntry](at, rand.Reader); err != nil {
		t.Fatal(err)
	}
	e.Outcome, e.From, e.RequestID = domain.AuditDone, "192.0.2.0/24", "request "+e.ID.String()
	if err := (dynamo.Audit{Table: stand.Table("LEARNING_TABLE"), Kept: time.Hour}).Keep(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return e
}

// list reads all pages of two entries: the ids.
func list(t testing.TB, api *localtest.API, query, token string) (ids []string) {
	t.Helper()
	for cursor := ""; ; {
		answer := api.Get(query+"limit=2&cursor="+url.QueryEscape(cursor), token)
		var entries []Entry
		answer.Data(t, http.StatusOK, &entries)
		for _, e := range entries {
			ids = append(ids, e.ID)
		}
		var form struct{ Pagination struct{ NextCursor string } }
		if err := json.Unmarshal(answer.Body, &form); err != nil {
			t.Fatal(err)
		}
		if cursor = form.Pagination.NextCursor; cursor == "" {
			return ids
		}
	}
}

func TestTheTrailIsFoundByUserAndKind(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin, ana, bo := stand.NewUserAs(t, domain.Admin), stand.NewUser(t), stand.NewUser(t)
	now := time.Now()
	var anas, logins, roles []string
	for i := range 7 {
		at := now.Add(time.Duration(i) * time.Second)
		login := keep(t, stand, at, domain.AuditEntry{Kind: "auth/login", Subject: ana.ID})
		role := keep(t, stand, at.Add(time.Millisecond), domain.AuditEntry{Kind: "users/set-role", Actor: admin.ID, Subject: ana.ID})
		stranger := keep(t, stand, at.Add(2*time.Millisecond), domain.AuditEntry{Kind: "auth/login", Address: "0123456789abcdef"})
		anas = append(anas, login.ID.String(), role.ID.String())
		logins, roles = append(logins, login.ID.String(), stranger.ID.String()), append(roles, role.ID.String())
	}
	for _, ids := range [][]string{anas, logins, roles} {
		slices.Reverse(ids)
	}
	for what, c := range map[string]struct {
		query, token string
		want         []string
	}{
		"a user":                {path + "?user=" + ana.ID.String() + "&", admin.Token, anas},
		"what an admin did":     {path + "?user=" + admin.ID.String() + "&", admin.Token, roles},
		"a kind":                {path + "?kind=auth/login&", admin.Token, logins},
		"a kind of two copies":  {path + "?kind=users/set-role&", admin.Token, roles},
		"her own":               {own + "?", ana.Token, anas},
		"another's, who has no": {own + "?", bo.Token, nil},
		"no such kind":          {path + "?kind=x&", admin.Token, nil},
	} {
		if got := list(t, api, c.query, c.token); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", what, got, c.want)
		}
	}
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path+"?kind=users/set-role&limit=1", admin.Token) })
	var entries []Entry
	answer.Data(t, http.StatusOK, &entries)
	if e := entries[0]; *e.Actor != admin.ID.String() || *e.Subject != ana.ID.String() || e.From != "192.0.2.0/24" || e.RequestID != "request "+e.ID || e.Address != nil {
		t.Errorf("got %+v", e)
	}
}

func TestOnlyAdminsReadTheTrailOfOthers(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	ghost := stand.Ghost(t)
	for _, role := range []domain.Role{domain.Learner, domain.Editor} {
		user := stand.NewUserAs(t, role)
		var bodies []string
		for _, query := range []string{"?user=" + ana.ID.String(), "?user=" + user.ID.String(), "?user=" + ghost.ID.String(), "?kind=auth/login", "", "?user=x"} {
			answer := api.Get(path+query, user.Token)
			answer.Fails(t, http.StatusForbidden, "auth.forbidden")
			bodies = append(bodies, answer.Shape(t))
		}
		if len(slices.Compact(bodies)) != 1 {
			t.Errorf("the refusal tells who exists: %q", bodies)
		}
	}
	if slices.Contains(stand.Calls(t, name), "Query") {
		t.Error("entries were looked for")
	}
	admin := stand.NewUserAs(t, domain.Admin)
	for _, query := range []string{"", "?user=x", "?user=" + ana.ID.String() + "&kind=auth/login"} {
		if got := api.Get(path+query, admin.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "user" {
			t.Errorf("%q: details name %q, want user", query, got)
		}
	}
	keep(t, stand, time.Now(), domain.AuditEntry{Kind: "auth/login", Subject: ana.ID})
	keep(t, stand, time.Now(), domain.AuditEntry{Kind: "auth/login", Subject: ana.ID})
	var form struct{ Pagination struct{ NextCursor string } }
	if err := json.Unmarshal(api.Get(own+"?limit=1", ana.Token).Body, &form); err != nil || form.Pagination.NextCursor == "" {
		t.Fatal(err, form)
	}
	if got := api.Get(path+"?user="+ana.ID.String()+"&cursor="+form.Pagination.NextCursor, admin.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "cursor" {
		t.Errorf("another list's cursor: details name %q", got)
	}
}

func TestStrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for _, p := range []string{path + "?kind=x", own} {
		api.RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: p})
	}
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	stand.Intercept(localtest.Down("Query"))
	api.Get(own, ana.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	if got := list(t, api, own+"?", ana.Token); strings.Join(got, "") != "" {
		t.Errorf("got %q", got)
	}
}
