package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

const name = "users/update-user"

func path(user localtest.User) string { return "/api/users/" + user.ID.String() }

type self struct {
	ID, Email, Username, Role, CreatedAt, UpdatedAt string
	EmailVerified                                   bool
}

// patch renames a user; tag is the If-Match header, "" for none.
func patch(api *localtest.API, user localtest.User, token, username, tag string) localtest.Answer {
	r := localtest.Request{Method: http.MethodPatch, Path: path(user), Token: token, Body: fmt.Sprintf(`{"username":%q}`, username)}
	if tag != "" {
		r.Header = http.Header{"If-Match": {tag}}
	}
	return api.Do(r)
}

// A late replica's write of the item would take back a new address or role that it has not seen.
func TestAUserIsChangedAtHome(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	ana, asked := stand.NewUser(t), stand.AnotherHome(t)
	patch(stand.Serve(t, name, handler), ana, ana.Token, "Ana", "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
	if got := asked(); !slices.Equal(got, []string{"GetItem"}) {
		t.Errorf("asked %q of the home region", got)
	}
}

func TestUpdateUserAnswersTheOwner(t *testing.T) {
	t.Parallel()
	for i, method := range []string{http.MethodPatch, http.MethodPut} {
		t.Run("by "+method, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			ana := stand.NewUser(t)
			var answer localtest.Answer
			stand.WantCalls(t, name, func() {
				answer = api.Do(localtest.Request{Method: method, Path: path(ana), Token: ana.Token, Body: `{"username":" Ana   María "}`})
			})
			var got self
			answer.Data(t, http.StatusOK, &got)
			want := "{data:{createdAt:text email:text emailVerified:bool id:text role:text timeZone:text updatedAt:text username:text} success:bool}"
			if shape := answer.Shape(t); shape != want {
				t.Errorf("shape\n got %s\nwant %s", shape, want)
			}
			if got.ID != ana.ID.String() || got.Email != ana.Email || got.Username != "Ana María" || answer.Header.Get("ETag") != `"2"` {
				t.Errorf("%d: got %+v with ETag %s", i, got, answer.Header.Get("ETag"))
			}
			if event, want := stand.LatestEvent(t, ana), "user.updated map[userId:"+ana.ID.String()+"]"; event != want {
				t.Errorf("event %q, want %q", event, want)
			}
		})
	}
}

// D03: every signed-in user could edit every account.
func TestD03OnlyOwnerAndAdminMayEdit(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, bo := stand.NewUser(t), stand.NewUser(t)
	editor, admin := stand.NewUserAs(t, domain.Editor), stand.NewUserAs(t, domain.Admin)
	nobody := stand.Ghost(t)
	before := stand.Stored(t, ana)
	for who, token := range map[string]string{"a learner": bo.Token, "an editor": editor.Token, "a token without its account": nobody.Token} {
		patch(api, ana, token, "Mallory", "").Fails(t, http.StatusForbidden, "auth.forbidden")
		patch(api, ana, token, "Mallory", "*").Fails(t, http.StatusForbidden, "auth.forbidden")
		if after := stand.Stored(t, ana); after != before {
			t.Errorf("%s made of %+v %+v", who, before, after)
		}
	}
	t.Run("the refusal does not tell whether there is such a user", func(t *testing.T) {
		patch(api, nobody, bo.Token, "Mallory", "").Fails(t, http.StatusForbidden, "auth.forbidden")
	})
	t.Run("an admin may, and still does not get the address", func(t *testing.T) {
		answer := patch(api, ana, admin.Token, "Ana By Admin", "")
		var got self
		answer.Data(t, http.StatusOK, &got)
		if shape := answer.Shape(t); shape != "{data:{createdAt:text id:text role:text username:text} success:bool}" || got.Username != "Ana By Admin" {
			t.Errorf("got %s", answer.Body)
		}
	})
	t.Run("me is the caller's id", func(t *testing.T) { // it was 404, though Allow named the methods
		for _, method := range []string{http.MethodPut, http.MethodPatch} {
			var got self
			api.Do(localtest.Request{Method: method, Path: "/api/users/me", Token: ana.Token, Body: `{"username":"Ana ` + method + `"}`}).Data(t, http.StatusOK, &got)
			if got.ID != ana.ID.String() || got.Username != "Ana "+method {
				t.Errorf("%s: got %+v", method, got)
			}
		}
	})
	t.Run("who is gone is 404 to themselves and to admins", func(t *testing.T) {
		patch(api, nobody, nobody.Token, "Ghost", "").Fails(t, http.StatusNotFound, "user.not_found")
		patch(api, nobody, admin.Token, "Ghost", "").Fails(t, http.StatusNotFound, "user.not_found")
	})
}

// D06: saves overwrote each other, and updated_at was never set.
func TestD06NoUpdateIsLost(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	env := stand.Env(t, name)
	later := time.Now().Add(time.Minute).UTC().Truncate(time.Millisecond)
	env.Now = func() time.Time { return later }
	api := stand.ServeEnv(t, name, env, handler)
	t.Run("20 at once without If-Match all count", func(t *testing.T) {
		ana := stand.NewUser(t)
		before := stand.Stored(t, ana)
		var tags sync.Map
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				var got self
				answer := patch(api, ana, ana.Token, fmt.Sprintf("Ana %d", i), "")
				answer.Data(t, http.StatusOK, &got)
				if other, taken := tags.LoadOrStore(answer.Header.Get("ETag"), got.Username); taken {
					t.Errorf("%s and %s are both version %s", other, got.Username, answer.Header.Get("ETag"))
				}
			})
		}
		all.Wait()
		after := stand.Stored(t, ana)
		last, _ := tags.Load(`"21"`)
		if after.Version != 21 || after.Username.String() != last {
			t.Errorf("version %d with %s, want 21 with %v", after.Version, after.Username, last)
		}
		if !after.UpdatedAt.Equal(later) || !after.CreatedAt.Equal(before.CreatedAt) || after.Email != before.Email || after.Role != before.Role {
			t.Errorf("got %+v, want %+v but for name, version and updatedAt", after, before)
		}
	})
	t.Run("of two at once with one If-Match one gets 412", func(t *testing.T) {
		ana := stand.NewUser(t)
		var good, stale atomic.Int64
		var all sync.WaitGroup
		for i := range 2 {
			all.Go(func() {
				switch answer := patch(api, ana, ana.Token, fmt.Sprintf("Ana %d", i), `"1"`); answer.Status {
				case http.StatusOK:
					good.Add(1)
				default:
					answer.Fails(t, http.StatusPreconditionFailed, "request.stale")
					stale.Add(1)
				}
			})
		}
		all.Wait()
		if s := stand.Stored(t, ana); good.Load() != 1 || stale.Load() != 1 || s.Version != 2 {
			t.Errorf("%d were saved and %d refused, version %d; want 1, 1 and 2", good.Load(), stale.Load(), s.Version)
		}
	})
	t.Run("If-Match is honoured", func(t *testing.T) {
		ana := stand.NewUser(t)
		for _, tag := range []string{`"0"`, `"2"`, `W/"1"`, `1`, `"01"`, `""`, `"2", "3"`, `x`} {
			patch(api, ana, ana.Token, "Ana", tag).Fails(t, http.StatusPreconditionFailed, "request.stale")
		}
		for i, tag := range []string{`"1"`, `"7" , "2"`, `*`} {
			var got self
			patch(api, ana, ana.Token, fmt.Sprintf("Ana %d", i), tag).Data(t, http.StatusOK, &got)
		}
	})
	t.Run("the same name again is no change", func(t *testing.T) {
		ana := stand.NewUser(t)
		before := stand.Stored(t, ana)
		answer := patch(api, ana, ana.Token, before.Username.String(), "")
		answer.Data(t, http.StatusOK, &self{})
		if after := stand.Stored(t, ana); after != before || answer.Header.Get("ETag") != `"1"` {
			t.Errorf("got %+v with %s, want %+v", after, answer.Header.Get("ETag"), before)
		}
	})
}

func TestALostAnswerOfDynamoDBCountsOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	intercept, lost := localtest.LoseAnswer("PutItem")
	stand.Intercept(intercept)
	patch(api, ana, ana.Token, "Ana", `"1"`).Data(t, http.StatusOK, &self{})
	if s := stand.Stored(t, ana); lost.Load() != 1 || s.Version != 2 {
		t.Errorf("version %d after %d lost answers, want 2 after 1", s.Version, lost.Load())
	}
}

func TestAUserDeletedMeanwhileStaysDeleted(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	var deleted atomic.Bool
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if action == "PutItem" && deleted.CompareAndSwap(false, true) {
			erase(t, stand, ana)
		}
		next.ServeHTTP(w, r)
	})
	patch(api, ana, ana.Token, "Ana", "").Fails(t, http.StatusNotFound, "user.not_found")
	patch(api, ana, ana.Token, "Ana", "").Fails(t, http.StatusNotFound, "user.not_found")
}

// D59: the body of an update could hold anything.
func TestD59NobodyGivesThemselvesARole(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	before := stand.Stored(t, ana)
	for field, value := range map[string]string{
		"role": `"admin"`, "email": `"other@example.org"`, "emailVerified": "true", "id": `"x"`, "version": "9", "createdAt": `"2020"`, "hash": `"x"`,
	} {
		r := localtest.Request{Method: http.MethodPatch, Path: path(ana), Token: ana.Token, Body: `{"username":"Ana","` + field + `":` + value + `}`}
		if got := api.Do(r).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != field {
			t.Errorf("details name %q, want %q", got, field)
		}
	}
	for _, body := range []string{`{"username":""}`, `{"username":"\u0000\u0001"}`, `{"username":"` + strings.Repeat("a", 65) + `"}`} {
		r := localtest.Request{Method: http.MethodPut, Path: path(ana), Token: ana.Token, Body: body}
		if got := api.Do(r).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "username" {
			t.Errorf("%s: details name %q, want username", body, got)
		}
	}
	for _, body := range []string{`{}`, `{"username":null}`} { // nothing is wrong with the name
		f := api.Do(localtest.Request{Method: http.MethodPatch, Path: path(ana), Token: ana.Token, Body: body}).Fails(t, http.StatusBadRequest, "request.invalid")
		if f.Fields() != "body" || f.Details[0].Code != "request.nothing_to_change" {
			t.Errorf("%s: details %+v, want that nothing is to be changed", body, f.Details)
		}
	}
	if after := stand.Stored(t, ana); after != before {
		t.Errorf("got %+v, want %+v", after, before)
	}
}

// D64: the answer repeated what had been asked for.
func TestD64WhatIsNoIDIs404AndNotRepeated(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	admin := stand.NewUserAs(t, domain.Admin)
	for _, id := range []string{"undefined", strings.ToUpper(admin.ID.String()), "01890a5d-ac96-474b-bcce-b302099a8057"} {
		answer := api.Do(localtest.Request{Method: http.MethodPut, Path: "/api/users/" + id, Token: admin.Token, Body: `{"username":"Ana"}`})
		if answer.Fails(t, http.StatusNotFound, "not_found"); strings.Contains(string(answer.Body), id) {
			t.Errorf("the answer repeats %s", id)
		}
	}
}

func TestD37MalformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana := stand.NewUser(t)
	api.RefusesBadJSONBy(t, http.MethodPatch, path(ana), ana.Token, `{"username":"Ana"}`)
}

func TestD66StrangersGet401(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	good := localtest.Request{Method: http.MethodPut, Path: path(stand.NewUser(t)), Body: `{"username":"Ana"}`}
	api.RefusesStrangers(t, stand, good)
}

func TestADeadDatabaseIs503AndChangesNothing(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"GetItem", "PutItem"} {
		t.Run("at "+action, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			api := stand.Serve(t, name, handler)
			ana := stand.NewUser(t)
			stand.Intercept(localtest.Down(action))
			patch(api, ana, ana.Token, "Ana", "").Fails(t, http.StatusServiceUnavailable, "storage.unavailable")
			stand.Intercept(nil)
			if s := stand.Stored(t, ana); s.Version != 1 {
				t.Errorf("version %d, want 1", s.Version)
			}
			patch(api, ana, ana.Token, "Ana", "").Data(t, http.StatusOK, &self{})
		})
	}
}

// erase deletes the user's item.
func erase(t testing.TB, stand *localtest.Stand, user localtest.User) {
	table := stand.Table("IDENTITY_TABLE")
	if _, err := table.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table.Name, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "USER#" + user.ID.String()}, "sk": &types.AttributeValueMemberS{Value: "ACCOUNT"},
	}}); err != nil {
		t.Error(err)
	}
}

// D09: an update was silent about users there are not, took any address as it came, and let everybody change everybody.
func TestD09AnUpdateIsOfAUserThereIsByThoseWhoMay(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	api := stand.Serve(t, name, handler)
	ana, ben, admin := stand.NewUser(t), stand.NewUser(t), stand.NewUserAs(t, domain.Admin)
	ghost := stand.Ghost(t)
	patch(api, ghost, admin.Token, "Ghost", "").Fails(t, http.StatusNotFound, "user.not_found")
	patch(api, ana, ben.Token, "Ben", "").Fails(t, http.StatusForbidden, "auth.forbidden")
	for _, body := range []string{`{"email":"ANA@Other.org"}`, `{"username":"Ana","email":"` + strings.ToUpper(ben.Email) + `"}`} {
		r := localtest.Request{Method: http.MethodPatch, Path: path(ana), Token: ana.Token, Body: body}
		if got := api.Do(r).Fails(t, http.StatusBadRequest, "request.invalid").Fields(); got != "email" {
			t.Errorf("%s: details name %q, want email: it has a way of its own", body, got)
		}
	}
	if s := stand.Stored(t, ana); s.Version != 1 || s.Email.String() != ana.Email {
		t.Errorf("stored %+v, want what was there", s)
	}
	patch(api, ana, ana.Token, "Ana", "").Data(t, http.StatusOK, &self{})
}
