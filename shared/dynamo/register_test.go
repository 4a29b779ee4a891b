package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// holds checks that the table holds exactly the accounts of these people and nothing else.
func holds(t testing.TB, in dynamo.Accounts, people ...person) {
	t.Helper()
	var want []string
	for _, p := range people {
		want = append(want, p.stored()...)
	}
	got := keys(t, in.Table, "")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the table holds\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, p := range people {
		p.signsIn(t, in)
	}
}

func TestD05OfManyRegistrationsForOneAddressOneWins(t *testing.T) {
	t.Parallel()
	in := accounts(localtest.New(t), atNoon)
	spellings := []string{"ana@example.org", "Ana@example.org", "ANA@EXAMPLE.ORG", "ana@Example.Org", " aNa@example.org\t"}
	people := make([]person, 100)
	for i := range people {
		people[i] = newPerson(t, spellings[i%len(spellings)])
	}
	var winners []person
	for i, err := range parallel(len(people), func(i int) error { return people[i].register(t.Context(), in) }) {
		if err == nil {
			winners = append(winners, people[i])
		} else if !errors.Is(err, domain.ErrEmailTaken) {
			t.Errorf("registration %d: %v, want ErrEmailTaken", i, err)
		}
	}
	if len(winners) != 1 {
		t.Fatalf("%d registrations won, want 1", len(winners))
	}
	holds(t, in, winners[0])
}

func TestD05DifferentAddressesDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	in := accounts(localtest.New(t), atNoon)
	var people []person
	for i := range 20 {
		for _, local := range []string{"a%d", "a%d#claim", "user#%d", "a.%d", "%d#", "#%d"} {
			people = append(people, newPerson(t, fmt.Sprintf(local, i)+"@example.org"))
		}
	}
	for i, err := range parallel(len(people), func(i int) error { return people[i].register(t.Context(), in) }) {
		if err != nil {
			t.Errorf("%s: %v", people[i].email(), err)
		}
	}
	holds(t, in, people...)
}

// registerAndDie registers a person on a process that dies when write n has been applied. It must be alone on the stand.
func registerAndDie(t *testing.T, stand *localtest.Stand, in dynamo.Accounts, p person, n int) {
	t.Helper()
	ctx, die := context.WithCancel(t.Context())
	defer die()
	var writes atomic.Int64
	stand.Intercept(func(_ string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		k := int(writes.Add(1))
		if k < n {
			next.ServeHTTP(w, r)
			return
		}
		if k == n {
			next.ServeHTTP(httptest.NewRecorder(), r)
			die()
		}
		panic(http.ErrAbortHandler) // closes the connection without an answer
	})
	defer stand.Intercept(nil)
	if err := p.register(ctx, in); err == nil {
		t.Fatalf("a registration that died after write %d returned no error", n)
	}
}

func TestD05ADeadRegistration(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 3; n++ {
		t.Run(fmt.Sprintf("that dies after write %d leaves nothing to sign in to and gives the address free after the lease", n), func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			dead, heir := newPerson(t, "ana@example.org"), newPerson(t, "ana@example.org")
			registerAndDie(t, stand, accounts(stand, atNoon), dead, n)

			_, _, err := accounts(stand, atNoon).ByEmail(t.Context(), dead.email())
			is(t, err, domain.ErrNoUser)
			is(t, heir.register(t.Context(), accounts(stand, atNoon)), domain.ErrEmailTaken)
			_, _, err = accounts(stand, later).ByEmail(t.Context(), dead.email())
			is(t, err, domain.ErrNoUser)
			must(t, heir.register(t.Context(), accounts(stand, later)))
			holds(t, accounts(stand, later), heir)
		})
		t.Run(fmt.Sprintf("that dies after write %d can be finished by calling again", n), func(t *testing.T) {
			t.Parallel()
			for _, now := range []string{"within", "after"} {
				stand := localtest.New(t)
				ana := newPerson(t, "ana@example.org")
				registerAndDie(t, stand, accounts(stand, atNoon), ana, n)
				in := accounts(stand, atNoon)
				if now == "after" {
					in = accounts(stand, later)
				}
				must(t, ana.register(t.Context(), in))
				holds(t, in, ana)
			}
		})
	}
	t.Run("that dies after its last write is an account", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		ana, other := newPerson(t, "ana@example.org"), newPerson(t, "ana@example.org")
		registerAndDie(t, stand, accounts(stand, atNoon), ana, 4)
		is(t, other.register(t.Context(), accounts(stand, later)), domain.ErrEmailTaken)
		holds(t, accounts(stand, later), ana)
	})
	t.Run("that dies while it clears away another leaves both to the next", func(t *testing.T) {
		t.Parallel()
		for n := 1; n <= 5; n++ { // claim, two deletes, credential, user
			stand := localtest.New(t)
			first, second, heir := newPerson(t, "ana@example.org"), newPerson(t, "ana@example.org"), newPerson(t, "ana@example.org")
			registerAndDie(t, stand, accounts(stand, atNoon), first, 3)
			registerAndDie(t, stand, accounts(stand, later), second, n)
			in := accounts(stand, func() time.Time { return later().Add(lease) })
			must(t, heir.register(t.Context(), in))
			holds(t, in, heir)
		}
	})
	t.Run("is taken over by one of many", func(t *testing.T) {
		t.Parallel()
		stand := localtest.New(t)
		registerAndDie(t, stand, accounts(stand, atNoon), newPerson(t, "ana@example.org"), 3)
		people := make([]person, 50)
		for i := range people {
			people[i] = newPerson(t, "ana@example.org")
		}
		in := accounts(stand, later)
		var winners []person
		for i, err := range parallel(len(people), func(i int) error { return people[i].register(t.Context(), in) }) {
			if err == nil {
				winners = append(winners, people[i])
			} else if !errors.Is(err, domain.ErrEmailTaken) {
				t.Errorf("registration %d: %v, want ErrEmailTaken", i, err)
			}
		}
		if len(winners) != 1 {
			t.Fatalf("%d registrations won, want 1", len(winners))
		}
		holds(t, in, winners[0])
	})
}

func TestD05ALostAnswerDoesNotLoseAnAccount(t *testing.T) {
	t.Parallel()
	only := func(n int) func(int) bool { return func(i int) bool { return i == n } }
	odd := func(i int) bool { return i%2 == 1 }
	for name, lost := range map[string]func(int) bool{
		"the first": only(1), "the second": only(2), "the third": only(3), "the fourth": only(4), "the fifth": only(5), "the sixth": only(6), "every first": odd,
	} {
		t.Run(name+" answer of a new account", func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			in := accounts(stand, atNoon)
			ana := newPerson(t, "ana@example.org")
			stand.Intercept(losing(counting(lost)))
			must(t, ana.register(t.Context(), in))
			holds(t, in, ana)
		})
		t.Run(name+" answer of one that takes over a dead one", func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			registerAndDie(t, stand, accounts(stand, atNoon), newPerson(t, "ana@example.org"), 3)
			in := accounts(stand, later)
			ana := newPerson(t, "ana@example.org")
			stand.Intercept(losing(counting(lost)))
			must(t, ana.register(t.Context(), in))
			holds(t, in, ana)
		})
	}
}

func TestD05ARegistrationThatWasTakenOverAndComesBack(t *testing.T) {
	t.Parallel()
	for n := 2; n <= 4; n++ {
		t.Run(fmt.Sprintf("before write %d fails and removes what it wrote", n), func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			late, heir := newPerson(t, "ana@example.org"), newPerson(t, "ana@example.org")
			var writes atomic.Int64
			asleep, awake := make(chan struct{}), make(chan struct{})
			stand.Intercept(func(_ string, w http.ResponseWriter, r *http.Request, next http.Handler) {
				if strings.Contains(body(r), late.user.ID().String()) && int(writes.Add(1)) == n {
					close(asleep)
					<-awake
				}
				next.ServeHTTP(w, r)
			})
			done := make(chan error)
			go func() { done <- late.register(t.Context(), accounts(stand, atNoon)) }()
			<-asleep
			must(t, heir.register(t.Context(), accounts(stand, later)))
			close(awake)
			is(t, <-done, domain.ErrEmailTaken)
			holds(t, accounts(stand, later), heir)
		})
	}
}
