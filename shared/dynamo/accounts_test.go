package dynamo_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

func TestD01ACredentialIsStoredWithItsAccount(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	ana := newPerson(t, "Ana@Example.org")
	must(t, ana.register(t.Context(), in))

	t.Run("the address finds both in any spelling", func(t *testing.T) {
		for _, spelling := range []string{"ana@example.org", "ANA@EXAMPLE.ORG", " ana@Example.org "} {
			email, err := domain.ParseEmail(spelling)
			must(t, err)
			user, credential, err := in.ByEmail(t.Context(), email)
			must(t, err)
			if user.State() != ana.user.State() || credential != ana.credential {
				t.Errorf("ByEmail(%q) = %+v with %+v, want %+v with %+v", spelling, user.State(), credential, ana.user.State(), ana.credential)
			}
		}
	})
	t.Run("the id finds the user", func(t *testing.T) {
		user, err := in.User(t.Context(), ana.user.ID())
		must(t, err)
		if user.State() != ana.user.State() {
			t.Errorf("User = %+v, want %+v", user.State(), ana.user.State())
		}
	})
	t.Run("the hash lies in the credential alone", func(t *testing.T) {
		for _, item := range items(t, in.Table) {
			if hash := text(item["hash"]); (hash != "") != strings.HasSuffix(text(item["sk"]), "#CREDENTIAL") {
				t.Errorf("item %s %s has hash %q", text(item["pk"]), text(item["sk"]), hash)
			}
		}
	})
	t.Run("nobody else is found", func(t *testing.T) {
		_, _, err := in.ByEmail(t.Context(), newPerson(t, "bea@example.org").email())
		is(t, err, domain.ErrNoUser)
		_, err = in.User(t.Context(), newID[domain.User](t))
		is(t, err, domain.ErrNoUser)
	})
	t.Run("registering the same account again changes nothing", func(t *testing.T) {
		before := items(t, in.Table)
		must(t, ana.register(t.Context(), in))
		if after := items(t, in.Table); len(after) != len(before) {
			t.Errorf("got %d items, want %d", len(after), len(before))
		}
		ana.signsIn(t, in)
	})
}

func TestD02EveryFieldOfAnAccountComesBack(t *testing.T) {
	t.Parallel()
	in := accounts(localtest.New(t), atNoon)
	r := rand.New(rand.NewPCG(2, 2))
	roles := []domain.Role{domain.Learner, domain.Editor, domain.Admin}
	for i := range 200 {
		created := anyTime(r)
		want := domain.UserState{
			ID: newID[domain.User](t), Email: domain.RestoreEmail(fmt.Sprintf("%s%d@example.org", anyText(r, 20), i)), EmailVerified: r.IntN(2) == 0,
			PendingEmail: domain.RestoreEmail(anyText(r, 20)), FormerEmail: domain.RestoreEmail(anyText(r, 20)), FormerVerified: r.IntN(2) == 0,
			Username: domain.RestoreUsername(anyText(r, 64)), Role: roles[r.IntN(3)], TimeZone: domain.RestoreZone([]string{"", "Asia/Tokyo"}[r.IntN(2)]),
			CreatedAt: created, UpdatedAt: anyTime(r), Version: r.IntN(1 << 30),
		}
		secret := domain.Credential{Hash: anyText(r, 200), ChangedAt: anyTime(r)}
		given := secret
		given.ChangedAt = given.ChangedAt.Add(time.Duration(r.IntN(1e6))).In(time.FixedZone("", 3600)) // stored in UTC, cut to milliseconds
		event, err := domain.NewEvent(domain.UserCreated, noon, random{}, map[string]string{"userId": want.ID.String()})
		must(t, err)
		must(t, in.Register(t.Context(), domain.RestoreUser(want), given, event))

		user, credential, err := in.ByEmail(t.Context(), want.Email)
		must(t, err)
		again, err := in.User(t.Context(), want.ID)
		must(t, err)
		if user.State() != want || again.State() != want || credential != secret {
			t.Fatalf("account %d: ByEmail = %+v with %+v, User = %+v; want %+v with %+v", i, user.State(), credential, again.State(), want, secret)
		}
	}
}

// The stream of the identity table is the outbox of accounts.
func TestAnAccountCarriesItsEvent(t *testing.T) {
	t.Parallel()
	in := accounts(localtest.New(t), atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	for _, item := range items(t, in.Table) {
		if text(item["sk"]) != "ACCOUNT" {
			continue
		}
		event := document(t, item["event"])
		if text(event["id"]) != ana.created.ID.String() || text(event["type"]) != "user.created" || text(event["at"]) != "2090-03-04T12:00:00.000Z" {
			t.Errorf("event = %v, want %+v", event, ana.created)
		}
		if data := document(t, event["data"]); text(data["userId"]) != ana.user.ID().String() || len(data) != 1 {
			t.Errorf("event data = %v, want the user's id alone", data)
		}
		return
	}
	t.Error("there is no user item")
}

func TestD77AReadSeesTheLastWrite(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	ana := newPerson(t, "ana@example.org")
	in := accounts(stand, atNoon)
	must(t, ana.register(t.Context(), in))
	lesson := newLesson(t, "go", 1, 1)
	must(t, lessons(stand).Create(t.Context(), lesson))
	must(t, lessons(stand).Create(t.Context(), newLesson(t, "go", 1, 2))) // so that the track is not complete, which would ask the index
	upload := newUpload(t, ana.user.ID())
	must(t, uploads(stand).Create(t.Context(), upload.record, plenty, upload.confirmed))

	var mu sync.Mutex
	var reads []string
	stand.Intercept(func(action string, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if !isWrite(action) {
			text := body(r)
			if got, want := strings.Count(text, `"ConsistentRead":true`), max(1, strings.Count(text, `"Keys":`)); got != want {
				t.Errorf("%s asks for consistency %d times, want %d: %s", action, got, want, text)
			}
			mu.Lock()
			reads = append(reads, action)
			mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
	ana.signsIn(t, in)
	_, err := in.User(t.Context(), ana.user.ID())
	must(t, err)
	_, err = lessons(stand).Lesson(t.Context(), lesson.State().ID)
	must(t, err)
	_, err = uploads(stand).Upload(t.Context(), ana.user.ID(), upload.record.State().ID)
	must(t, err)
	must(t, complete(t.Context(), learning(stand), ana.user.ID(), lesson.State().ID, 80, noon))
	_, err = learning(stand).Dashboard(t.Context(), ana.user.ID())
	must(t, err)
	want := []string{"GetItem", "Query", "GetItem", "GetItem", "GetItem", "BatchGetItem", "BatchGetItem"}
	if !slices.Equal(reads, want) {
		t.Errorf("read by %v, want %v", reads, want)
	}
}

// Whoever measures the time of a login must not learn whether the address has an account.
func TestByEmailMakesTheSameCallsForEveryAddress(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	for _, email := range []domain.Email{ana.email(), newPerson(t, "nobody@example.org").email()} {
		got := calls(stand, func() { _, _, _ = in.ByEmail(t.Context(), email) })
		if want := []string{"GetItem", "Query"}; !slices.Equal(got, want) {
			t.Errorf("ByEmail(%s) asked %v, want %v", email, got, want)
		}
	}
}
