package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const (
	name = "users/list-users"
	path = "/api/users"
)

type user struct{ ID, Username, Role, CreatedAt string }

// list reads one page: the ids, and the cursor of the next, "" at the end.
func list(t testing.TB, answer localtest.Answer) (ids []string, next string) {
	t.Helper()
	var users []user
	answer.Data(t, http.StatusOK, &users)
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	var form struct {
		Pagination struct {
			HasNext    bool
			NextCursor *string
		}
	}
	if err := json.Unmarshal(answer.Body, &form); err != nil {
		t.Fatal(err)
	}
	p := form.Pagination
	if p.HasNext != (p.NextCursor != nil) {
		t.Errorf("hasNext %v with cursor %v", p.HasNext, p.NextCursor)
	}
	if p.NextCursor != nil {
		next = *p.NextCursor
	}
	return ids, next
}

func TestListUsersAnswersAPage(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	var answer localtest.Answer
	stand.WantCalls(t, name, func() { answer = api.Get(path, admin.Token) })
	want := "{data:[{createdAt:text email:text id:text role:text username:text}] pagination:{hasNext:bool limit:number nextCursor:null} success:bool}"
	if shape := answer.Shape(t); shape != want {
		t.Errorf("shape\n got %s\nwant %s", shape, want)
	}
	var users []user
	answer.Data(t, http.StatusOK, &users)
	if len(users) != 1 || users[0].ID != admin.ID.String() || users[0].Role != "admin" || users[0].Username != "Test Learner" {
		t.Errorf("got %+v, want the admin alone", users)
	}
	if n := strings.Count(string(answer.Body), "@"); n != 1 || !strings.Contains(string(answer.Body), admin.Email) {
		t.Errorf("%d addresses are answered, want the admin's, which is verified: %s", n, answer.Body)
	}
}

func TestD47PagesAreCompleteAndTheNewestComeFirst(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	made := map[string]bool{admin.ID.String(): true}
	for range 11 {
		made[stand.NewUser(t).ID.String()] = true
	}
	for _, limit := range []string{"1", "5", "12", "100"} {
		var all, times []string
		for cursor := ""; ; {
			answer := api.Get(path+"?limit="+limit+"&cursor="+url.QueryEscape(cursor), admin.Token)
			ids, next := list(t, answer)
			var users []user
			answer.Data(t, http.StatusOK, &users)
			for _, u := range users {
				times = append(times, u.CreatedAt)
			}
			all = append(all, ids...)
			if cursor = next; next == "" {
				break
			}
			if len(ids) == 0 || len(all) > 12 {
				t.Fatalf("limit %s: a page of %d after %d", limit, len(ids), len(all))
			}
		}
		seen := map[string]bool{}
		for _, id := range all {
			seen[id] = made[id]
		}
		if len(all) != 12 || len(seen) != 12 || seen[""] {
			t.Errorf("limit %s: %d users, %d different, want 12", limit, len(all), len(seen))
		}
		if newest := slices.Clone(times); !slices.IsSortedFunc(newest, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("limit %s: made at %q, want the newest first", limit, times)
		}
	}
	t.Run("who comes meanwhile repeats and hides nobody", func(t *testing.T) {
		first, next := list(t, api.Get(path+"?limit=4", admin.Token))
		newcomer := stand.NewUser(t).ID.String()
		rest, end := list(t, api.Get(path+"?limit=100&cursor="+url.QueryEscape(next), admin.Token))
		if all := append(first, rest...); len(all) != 12 || slices.Contains(all, newcomer) || end != "" {
			t.Errorf("got %d users with cursor %q, want the 12 of before", len(all), end)
		}
	})
	t.Run("who is changed is listed as they are, at their place", func(t *testing.T) {
		before, _ := list(t, api.Get(path+"?limit=100", admin.Token))
		var id domain.UserID
		if err := id.UnmarshalText([]byte(before[5])); err != nil {
			t.Fatal(err)
		}
		stand.SetRole(t, id, domain.Editor)
		answer := api.Get(path+"?limit=100", admin.Token)
		var users []user
		answer.Data(t, http.StatusOK, &users)
		if after, _ := list(t, answer); !slices.Equal(after, before) || users[5].Role != "editor" {
			t.Errorf("got %q with role %s, want %q and editor", after, users[5].Role, before)
		}
	})
}

func TestD48LimitsAreChecked(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	for _, limit := range []string{"0", "-1", "101", "abc", "1e9", ""} {
		if got := api.Get(path+"?limit="+limit, admin.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "limit" {
			t.Errorf("limit %q: details name %q, want limit", limit, got)
		}
	}
}

func TestD49ACursorIsForItsOwnAdmin(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Admin)
	_, cursor := list(t, api.Get(path+"?limit=1", ana.Token))
	for what, query := range map[string]string{"another's": cursor, "cut": cursor[:len(cursor)-4], "made up": "VVNFUlM"} {
		token := ana.Token
		if what == "another's" {
			token = bo.Token
		}
		if got := api.Get(path+"?cursor="+query, token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "cursor" {
			t.Errorf("a cursor that is %s: details name %q, want cursor", what, got)
		}
	}
	if ids, _ := list(t, api.Get(path+"?cursor="+cursor, ana.Token)); len(ids) != 1 {
		t.Errorf("her own cursor gives %d users, want 1", len(ids))
	}
}

// D59: there were no roles.
func TestD59OnlyAdminsList(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	for _, role := range []domain.Role{domain.Learner, domain.Editor} {
		user := stand.NewUserAs(t, role)
		api.Get(path, user.Token).Fails(t, http.StatusForbidden, "auth.forbidden")
		api.Get(path+"?limit=0", user.Token).Fails(t, http.StatusForbidden, "auth.forbidden")
	}
	if slices.Contains(stand.Calls(t, name), "Query") {
		t.Error("users were looked for")
	}
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	stand.Serve(t, name, handler).RefusesStrangers(t, stand, localtest.Request{Method: http.MethodGet, Path: path})
}

func TestADeadDatabaseIs503(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	stand.Intercept(localtest.Down("Query"))
	api.Get(path, admin.Token).Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	stand.Intercept(nil)
	list(t, api.Get(path, admin.Token))
}

func TestUsersAreFoundByAddress(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin, ana, squatter := stand.NewUserAs(t, domain.Admin), stand.NewUserAs(t, domain.Learner), stand.NewUser(t)
	find := func(address, token string) localtest.Answer {
		return api.Get(path+"?email="+url.QueryEscape(address), token)
	}
	for address, want := range map[string][2]string{
		strings.ToUpper(ana.Email): {ana.ID.String(), ana.Email}, squatter.Email: {squatter.ID.String(), ""}, "nobody@example.org": {},
	} {
		var found []struct{ ID, Email string }
		find(address, admin.Token).Data(t, http.StatusOK, &found)
		got := [2]string{}
		if len(found) == 1 {
			got = [2]string{found[0].ID, found[0].Email}
		}
		if got != want || len(found) > 1 {
			t.Errorf("%s: got %v, want %v; an address is shown once it is verified", address, found, want)
		}
	}
	if got := find("x", admin.Token).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "email" {
		t.Errorf("details name %q, want email", got)
	}
	find(ana.Email, ana.Token).Fails(t, http.StatusForbidden, "auth.forbidden")
}
