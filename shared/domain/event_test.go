package domain_test

import (
	"slices"
	"testing"
	"time"

	"lyceum/shared/domain"
)

func account(t testing.TB) (*domain.User, domain.Event) {
	t.Helper()
	email, err := domain.ParseEmail("ana@example.org")
	if err != nil {
		t.Fatal(err)
	}
	name, err := domain.ParseUsername("Ana María")
	if err != nil {
		t.Fatal(err)
	}
	user, created, err := domain.NewUser(email, name, noon.Add(time.Microsecond), seeded(3))
	if err != nil {
		t.Fatal(err)
	}
	return user, created
}

func TestNewEvent(t *testing.T) {
	t.Parallel()
	t.Run("an event has an id of its own, version 1 and its millisecond", func(t *testing.T) {
		t.Parallel()
		random := seeded(1)
		a, errA := domain.NewEvent(domain.LessonCompleted, noon.Add(999*time.Microsecond), random, map[string]string{"userId": goodID})
		b, errB := domain.NewEvent(domain.LessonCompleted, noon, random, nil)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if a.ID.IsZero() || a.ID == b.ID || a.Type != "lesson.completed" || a.Version != 1 || !a.At.Equal(noon) || a.Data["userId"] != goodID {
			t.Errorf("got %+v and %+v", a, b)
		}
	})
	t.Run("without randomness there is no event", func(t *testing.T) {
		t.Parallel()
		if got, err := domain.NewEvent(domain.UserCreated, noon, exhausted(9), nil); err == nil || got.Type != "" {
			t.Errorf("got %+v, %v; want an error", got, err)
		}
	})
}

// D76: events carried e-mail addresses and names.
func TestD76EventsHoldIDsAlone(t *testing.T) {
	t.Parallel()
	user, created := account(t)
	s, confirmed, err := upload(t, "Ana's diagnosis.pdf", pdfFile(0))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		got  domain.Event
		want map[string]string
	}{
		"user.created":     {created, map[string]string{"userId": user.ID().String()}},
		"upload.confirmed": {confirmed, map[string]string{"uploadId": s.ID.String(), "userId": goodID}},
	}
	for name, test := range tests {
		t.Run(name+" holds its ids and nothing else", func(t *testing.T) {
			t.Parallel()
			if string(test.got.Type) != name || len(test.got.Data) != len(test.want) {
				t.Errorf("got %+v, want %s with %v", test.got, name, test.want)
			}
			for key, want := range test.want {
				if got := test.got.Data[key]; got != want {
					t.Errorf("%s = %q, want %q", key, got, want)
				}
			}
		})
	}
}

func TestNewUser(t *testing.T) {
	t.Parallel()
	t.Run("a new user is a learner with an unverified address", func(t *testing.T) {
		t.Parallel()
		user, _ := account(t)
		s := user.State()
		if s.Role != domain.Learner || s.EmailVerified || s.Version != 1 || !s.CreatedAt.Equal(noon) || s.UpdatedAt != s.CreatedAt || s.ID.IsZero() {
			t.Errorf("got %+v", s)
		}
	})
	t.Run("without randomness there is neither user nor event", func(t *testing.T) {
		t.Parallel()
		for _, n := range []int{0, 9, 10, 19} { // ten bytes for each id
			if user, event, err := domain.NewUser(domain.Email{}, domain.Username{}, noon, exhausted(n)); err == nil || user != nil || event.Type != "" {
				t.Errorf("with %d bytes: %v, %+v, %v; want an error alone", n, user, event, err)
			}
		}
	})
	t.Run("a role nobody knows has no power", func(t *testing.T) {
		t.Parallel()
		var got []string
		for _, name := range []string{"learner", "editor", "admin", "", "Admin", "root", "admin "} {
			got = append(got, domain.RestoreRole(name).String())
		}
		if want := []string{"learner", "editor", "admin", "learner", "learner", "learner", "learner"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
