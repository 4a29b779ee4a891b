package domain_test

import (
	"errors"
	"testing"
	"time"

	"lyceum/shared/domain"
)

func TestAUserIsChanged(t *testing.T) {
	t.Parallel()
	name, err := domain.ParseUsername("Ana Other")
	if err != nil {
		t.Fatal(err)
	}
	later := noon.Add(time.Hour + time.Microsecond)
	for want, change := range map[domain.EventType]func(*domain.User, int) (*domain.Event, error){
		"user.updated": func(u *domain.User, n int) (*domain.Event, error) { return u.Rename(name, later, exhausted(n)) },
		"user.role_changed": func(u *domain.User, n int) (*domain.Event, error) {
			return u.SetRole(domain.Editor, later, exhausted(n))
		},
	} {
		t.Run("D06: "+string(want)+" counts a version and its time, and tells ids alone", func(t *testing.T) {
			t.Parallel()
			user, _ := account(t)
			before := user.State()
			before.EmailVerified = true
			user = domain.RestoreUser(before)
			event, err := change(user, 10)
			if err != nil || event == nil {
				t.Fatalf("got %v, %v", event, err)
			}
			if event.Type != want || len(event.Data) != 1 || event.Data["userId"] != before.ID.String() || !event.At.Equal(noon.Add(time.Hour)) {
				t.Errorf("event %+v", event)
			}
			after := user.State()
			if after.Version != 2 || !after.UpdatedAt.Equal(noon.Add(time.Hour)) || after.CreatedAt != before.CreatedAt || after.Email != before.Email {
				t.Errorf("got %+v, was %+v", after, before)
			}
			if (after.Username == name) != (want == "user.updated") || (after.Role == domain.Editor) != (want == "user.role_changed") {
				t.Errorf("%s made %+v", want, after)
			}
			if event, err := change(user, 0); event != nil || err != nil || user.State() != after {
				t.Errorf("the same again: %v, %v, %+v; want no change", event, err, user.State())
			}
		})
		t.Run("without randomness there is no "+string(want), func(t *testing.T) {
			t.Parallel()
			user, _ := account(t)
			if _, err := change(user, 9); err == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestParseRole(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"learner", "editor", "admin"} {
		if role, err := domain.ParseRole(name); err != nil || role.String() != name {
			t.Errorf("%s: %v, %v", name, role, err)
		}
	}
	for _, name := range []string{"", "Admin", " admin", "admin\n", "root"} {
		if _, err := domain.ParseRole(name); !errors.Is(err, domain.ErrRole) {
			t.Errorf("%q: %v, want %v", name, err, domain.ErrRole)
		}
	}
}

// D03, D59: there were neither owners nor roles.
func TestD59WhoMayChangeWhom(t *testing.T) {
	t.Parallel()
	ana, bo := domain.RestoreID[domain.User](goodID), domain.RestoreID[domain.User]("0195610e-0000-7000-8000-000000000009")
	for role, admin := range map[domain.Role]bool{domain.Learner: false, domain.Editor: false, domain.Admin: true, {}: false} {
		caller := domain.Caller{UserID: ana, Role: role}
		if err := caller.MayChange(ana); err != nil {
			t.Errorf("D03: a %q may not change themselves: %v", role, err)
		}
		for what, err := range map[string]error{"change others": caller.MayChange(bo), "manage users": caller.MustBeAdmin()} {
			if admin != (err == nil) || !admin && !errors.Is(err, domain.ErrForbidden) {
				t.Errorf("a %q may %s: %v", role, what, err)
			}
		}
	}
}
