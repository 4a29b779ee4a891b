package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
	"lyceum/shared/dynamo"
)

// renaming is a change to a name.
func renaming(t testing.TB, to string) func(*domain.User) (*domain.Event, error) {
	t.Helper()
	name, err := domain.ParseUsername(to)
	must(t, err)
	return func(user *domain.User) (*domain.Event, error) { return user.Rename(name, noon, random{}) }
}

func TestD06EveryUpdateStandsOnTheLast(t *testing.T) {
	t.Parallel()
	in := accounts(localtest.New(t), atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	var runs atomic.Int64
	for _, err := range parallel(20, func(i int) error {
		change := renaming(t, fmt.Sprintf("Ana %d", i))
		_, err := in.Update(t.Context(), ana.user.ID(), func(user *domain.User) (*domain.Event, error) {
			runs.Add(1)
			return change(user)
		})
		return err
	}) {
		must(t, err)
	}
	user, err := in.User(t.Context(), ana.user.ID())
	must(t, err)
	if got := user.State().Version; got != 21 || runs.Load() < 20 {
		t.Errorf("version %d after %d tries, want 21 after 20 or more", got, runs.Load())
	}
	found, credential, err := in.ByEmail(t.Context(), ana.email())
	must(t, err)
	if found.State() != user.State() || credential != ana.credential {
		t.Errorf("login finds %+v with %+v, want %+v with %+v", found.State(), credential, user.State(), ana.credential)
	}
}

func TestUpdateSavesOnlyWhatIsAChange(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	for name, c := range map[string]struct {
		id     domain.UserID
		change func(*domain.User) (*domain.Event, error)
		want   error
		calls  []string
	}{
		"a change": {ana.user.ID(), renaming(t, "Ana María"), nil, []string{"GetItem", "PutItem"}},
		"a refusal": {ana.user.ID(), func(*domain.User) (*domain.Event, error) {
			return nil, domain.ErrForbidden
		}, domain.ErrForbidden, []string{"GetItem"}},
		"no change": {ana.user.ID(), func(*domain.User) (*domain.Event, error) { return nil, nil }, nil, []string{"GetItem"}},
		"nobody":    {newID[domain.User](t), renaming(t, "Nobody"), domain.ErrNoUser, []string{"GetItem"}},
	} {
		got := calls(stand, func() {
			user, err := in.Update(t.Context(), c.id, c.change)
			if !errors.Is(err, c.want) || (user == nil) != (err != nil) {
				t.Errorf("%s: %v, %v; want %v", name, user, err, c.want)
			}
		})
		if !slices.Equal(got, c.calls) {
			t.Errorf("%s asks %q, want %q", name, got, c.calls)
		}
	}
	if all := keys(t, in.Table, ""); len(all) != 3 {
		t.Errorf("there are %q, want one account", all)
	}
}

func TestALostAnswerOfAnUpdateIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	var runs atomic.Int64
	change := renaming(t, "Ana María")
	stand.Intercept(losing(counting(func(n int) bool { return n == 1 })))
	user, err := in.Update(t.Context(), ana.user.ID(), func(user *domain.User) (*domain.Event, error) {
		runs.Add(1)
		return change(user)
	})
	must(t, err)
	stand.Intercept(nil)
	after, err := in.User(t.Context(), ana.user.ID())
	must(t, err)
	if runs.Load() != 1 || after.State() != user.State() || after.State().Version != 2 {
		t.Errorf("%d tries made %+v, answered %+v; want one try and version 2", runs.Load(), after.State(), user.State())
	}
}

func TestAnUpdateGivesUpWhenOthersAreFasterAllTheTime(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	rival := accounts(stand, atNoon)
	_, err := in.Update(ctx, ana.user.ID(), func(user *domain.User) (*domain.Event, error) {
		if n++; n == 4 {
			cancel()
		}
		_, err := rival.Update(t.Context(), ana.user.ID(), renaming(t, fmt.Sprintf("Rival %d", n)))
		must(t, err)
		return renaming(t, "Ana María")(user)
	})
	isKind(t, err, fault.Unavailable)
	user, err := in.User(t.Context(), ana.user.ID())
	must(t, err)
	if s := user.State(); s.Version != 5 || s.Username.String() != "Rival 4" {
		t.Errorf("got %+v, want the rival's fourth change", s)
	}
}

func TestListGivesEveryUserOnceNewestFirst(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	var want []string
	for i := range 7 {
		p := newPerson(t, fmt.Sprintf("user%d@example.org", i))
		must(t, p.register(t.Context(), in))
		want = append(want, p.user.ID().String())
	}
	slices.SortFunc(want, func(a, b string) int { return strings.Compare(b, a) }) // all of one millisecond, so by id
	for limit := 1; limit <= 8; limit++ {
		var got []string
		for page := (domain.Page{Limit: limit}); ; {
			users, next, err := in.List(t.Context(), page)
			must(t, err)
			for _, user := range users {
				got = append(got, user.ID().String())
			}
			if page.After = next; next == "" || len(users) == 0 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %q, want %q", limit, got, want)
		}
	}
}

func TestUsersWithoutADatabaseAreUnavailable(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := dynamo.Accounts{Table: table(stand, "IDENTITY_TABLE", 1), Now: atNoon}
	stand.Intercept(func(_ string, w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		answer(w, http.StatusInternalServerError, internalError)
	})
	_, err := in.Update(t.Context(), newID[domain.User](t), renaming(t, "Ana"))
	isKind(t, err, fault.Unavailable)
	_, _, err = in.List(t.Context(), domain.Page{Limit: 1})
	isKind(t, err, fault.Unavailable)
}
