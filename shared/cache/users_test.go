package cache_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/cache"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

var quiet = slog.New(slog.DiscardHandler)

func kv(stand *localtest.Stand, now func() time.Time) dynamo.KV {
	return dynamo.KV{Table: stand.Table("EPHEMERAL_TABLE"), Region: localtest.Region, Now: now}
}

func accounts(stand *localtest.Stand) dynamo.Accounts {
	return dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Region: localtest.Region, Now: time.Now}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rename is a change to a user's next name.
func rename(n int) func(*domain.User) (*domain.Event, error) {
	return func(user *domain.User) (*domain.Event, error) {
		name, err := domain.ParseUsername(fmt.Sprintf("Name %d", n))
		if err != nil {
			return nil, err
		}
		return user.Rename(name, time.Now(), rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}))
	}
}

// D02: a user that came from the cache had no address, no id and no times.
func TestD02AUserComesBackFromTheCacheAsTheyWere(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{2})
	r := rand.New(random)
	for range 2000 {
		id, err := domain.NewID[domain.User](time.UnixMilli(r.Int64N(1<<45)), random)
		must(t, err)
		name := make([]rune, r.IntN(30)+1)
		for i := range name {
			name[i] = []rune("aé学\U0001f468\u200d\"\\<>&'\u2028 ")[r.IntN(13)]
		}
		at := func() time.Time { return time.UnixMilli(r.Int64N(1 << 45)).UTC() }
		want := domain.UserState{
			ID: id, Email: domain.RestoreEmail(string(name) + "@例え.example"), EmailVerified: r.IntN(2) == 0, Username: domain.RestoreUsername(string(name)),
			Role: []domain.Role{domain.Learner, domain.Editor, domain.Admin}[r.IntN(3)], CreatedAt: at(), UpdatedAt: at(), Version: r.IntN(1000) + 1,
		}
		b, err := cache.EncodeUser(domain.RestoreUser(want))
		must(t, err)
		got, err := cache.DecodeUser(b)
		must(t, err)
		if got.State() != want {
			t.Fatalf("got %+v\nwant %+v", got.State(), want)
		}
	}
}

func TestD02TheCodecKnowsEveryFieldOfAUser(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	user, err := accounts(stand).User(t.Context(), stand.NewUserAs(t, domain.Editor).ID)
	must(t, err)
	state := user.State()
	state.EmailVerified, state.PendingEmail, state.FormerEmail = true, domain.RestoreEmail("next@example.org"), domain.RestoreEmail("old@example.org")
	state.FormerVerified = true
	state.TimeZone = domain.RestoreZone("Asia/Tokyo")
	b, err := cache.EncodeUser(domain.RestoreUser(state))
	must(t, err)
	got, err := cache.DecodeUser(b)
	must(t, err)
	for i := range reflect.TypeFor[domain.UserState]().NumField() {
		field := reflect.TypeFor[domain.UserState]().Field(i)
		in, out := reflect.ValueOf(state).Field(i), reflect.ValueOf(got.State()).Field(i)
		if in.IsZero() {
			t.Errorf("%s has no value here, so its loss would not show", field.Name)
		}
		if !in.Equal(out) {
			t.Errorf("%s is lost: add it to shared/cache/user_codec.go", field.Name)
		}
	}
	for _, bad := range []string{"", "null", "{}", "[]", `{"id":"x"}`, string(b[:len(b)-1]), `{"id":"` + user.ID().String() + `"}`, `{"email":{"value":"a@b.c"}}`} {
		if user, err := cache.DecodeUser([]byte(bad)); err == nil {
			t.Errorf("%q is taken for the user %+v", bad, user.State())
		}
	}
}

// actor does one thing in steps; each call of a port is one, and waits for its turn.
type actor struct {
	arrived chan bool // true: at a step; false: done
	turn    chan struct{}
}

type actorKey struct{}

func start(ctx context.Context, do func(context.Context)) *actor {
	a := &actor{make(chan bool), make(chan struct{})}
	go func() {
		do(context.WithValue(ctx, actorKey{}, a))
		a.arrived <- false
	}()
	return a
}

// step lets the actor do its next step, and waits until it stands before another or is done. over tells that it is.
func (a *actor) step() (over bool) {
	a.turn <- struct{}{}
	return !<-a.arrived
}

func await(ctx context.Context) {
	if a, ok := ctx.Value(actorKey{}).(*actor); ok {
		a.arrived <- true
		<-a.turn
	}
}

// stepped are the ports with a turn before each call.
type stepped struct {
	domain.KV
	dynamo.Accounts
}

func (s stepped) Get(ctx context.Context, key string) (domain.KVEntry, bool, error) {
	await(ctx)
	return s.KV.Get(ctx, key)
}

func (s stepped) Set(ctx context.Context, key string, e domain.KVEntry, ttl time.Duration) error {
	await(ctx)
	return s.KV.Set(ctx, key, e, ttl)
}

func (s stepped) SetNewer(ctx context.Context, key string, e domain.KVEntry, ttl time.Duration) (bool, error) {
	await(ctx)
	return s.KV.SetNewer(ctx, key, e, ttl)
}

func (s stepped) User(ctx context.Context, id domain.UserID) (*domain.User, error) {
	await(ctx)
	return s.Accounts.User(ctx, id)
}

func (s stepped) Update(ctx context.Context, id domain.UserID, change func(*domain.User) (*domain.Event, error)) (*domain.User, error) {
	await(ctx)
	return s.Accounts.Update(ctx, id, change)
}

// orders are all ways to interleave actors with so many steps each.
func orders(left []int) (all [][]int) {
	for i, n := range left {
		if n == 0 {
			continue
		}
		rest := append([]int(nil), left...)
		rest[i]--
		for _, order := range orders(rest) {
			all = append(all, append([]int{i}, order...))
		}
	}
	if all == nil {
		return [][]int{nil}
	}
	return all
}

// D51: a reader that was slow put back what it had read before a change, for as long as copies live.
func TestD51ALateFillCannotBringOldDataBack(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	now := time.Now()
	ports := stepped{kv(stand, func() time.Time { return now }), accounts(stand)}
	users := cache.Users{Source: ports, KV: ports, Log: quiet}
	id := stand.NewUser(t).ID
	version, names := 1, 0
	ways := orders([]int{3, 2, 2}) // a reader asks the cache, the source, and fills; two writers save and fill
	if len(ways) != 210 {
		t.Fatalf("%d interleavings, want 210", len(ways))
	}
	for n, order := range ways {
		now = now.Add(2 * cache.UserTTL) // what the last round left has expired
		if n%2 == 0 {                    // a copy is there already, and the reader finds it
			_, err := users.User(t.Context(), id)
			must(t, err)
		}
		read, known, written := 0, version, version
		actors := []*actor{
			start(t.Context(), func(ctx context.Context) {
				user, err := users.User(ctx, id)
				if err != nil {
					t.Error(err)
					return
				}
				read = user.State().Version
			}),
		}
		for range 2 {
			names++
			name := names
			actors = append(actors, start(t.Context(), func(ctx context.Context) {
				user, err := users.Update(ctx, id, rename(name))
				if err != nil {
					t.Error(err)
					return
				}
				written = max(written, user.State().Version)
			}))
		}
		over := make([]bool, len(actors))
		for i, a := range actors {
			over[i] = !<-a.arrived
		}
		began := false
		for _, i := range order {
			if i == 0 && !began {
				began, known = true, written
			}
			if !over[i] {
				over[i] = actors[i].step()
			}
		}
		version += 2
		if read < known || written != version {
			t.Fatalf("order %v: version %d was read after %d had been answered; %d written, want %d", order, read, known, written, version)
		}
		after, err := users.User(t.Context(), id)
		must(t, err)
		if got := after.State().Version; got != version {
			t.Fatalf("order %v: the cache gives version %d, want %d", order, got, version)
		}
	}
}

func TestAnErasedUserStaysForgotten(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	ports := stepped{kv(stand, time.Now), accounts(stand)}
	users := cache.Users{Source: ports, KV: ports, Log: quiet}
	id := stand.NewUser(t).ID
	reader := start(t.Context(), func(ctx context.Context) { _, _ = users.User(ctx, id) })
	<-reader.arrived
	reader.step() // the cache
	reader.step() // the source
	must(t, users.Drop(t.Context(), id))
	if !reader.step() { // the late fill
		t.Error("the reader is not done")
	}
	if entry, _, err := ports.KV.Get(t.Context(), "user:"+id.String()); err != nil || len(entry.Value) > 0 {
		t.Errorf("the cache has %q, %v after the user was dropped", entry.Value, err)
	}
	if _, err := users.User(t.Context(), stand.Ghost(t).ID); !errors.Is(err, domain.ErrNoUser) {
		t.Errorf("nobody: %v, want ErrNoUser", err)
	}
}

func TestACacheThatFailsIsGoneRound(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	id := stand.NewUser(t).ID
	broken := kv(stand, time.Now)
	broken.Table.Name = "no-such-table"
	users := cache.Users{Source: accounts(stand), KV: broken, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	user, err := users.Update(t.Context(), id, rename(1))
	must(t, err)
	again, err := users.User(t.Context(), id)
	must(t, err)
	if again.State() != user.State() {
		t.Errorf("got %+v, want %+v", again.State(), user.State())
	}
	foreign := kv(stand, time.Now)
	must(t, foreign.Set(t.Context(), "user:"+id.String(), domain.KVEntry{Value: []byte(`{"id":1}`), Version: 99}, time.Minute))
	users.KV = foreign
	if again, err = users.User(t.Context(), id); err != nil || again.State() != user.State() {
		t.Errorf("what cannot be read is not gone round: %v", err)
	}
}
