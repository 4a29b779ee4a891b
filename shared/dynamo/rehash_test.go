package dynamo_test

import (
	"fmt"
	"sync"
	"testing"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

func TestD52AHashGivesWayToANewOne(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	in := accounts(stand, atNoon)
	ana := newPerson(t, "ana@example.org")
	must(t, ana.register(t.Context(), in))
	read := ana.credential.Hash
	credential := func(t *testing.T) domain.Credential {
		t.Helper()
		_, credential, err := in.ByEmail(t.Context(), ana.email())
		must(t, err)
		return credential
	}

	t.Run("the new hash is stored, and the time of the password's last change stays", func(t *testing.T) {
		must(t, in.Rehash(t.Context(), ana.user.ID(), read, "new"))
		if got := credential(t); got.Hash != "new" || !got.ChangedAt.Equal(ana.credential.ChangedAt) {
			t.Errorf("got %+v, want new of %v", got, ana.credential.ChangedAt)
		}
	})
	t.Run("what was stored after the read stays", func(t *testing.T) {
		must(t, in.Rehash(t.Context(), ana.user.ID(), read, "late"))
		if got := credential(t); got.Hash != "new" {
			t.Errorf("got %q, want new", got.Hash)
		}
	})
	t.Run("of many at once one is stored", func(t *testing.T) {
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if err := in.Rehash(t.Context(), ana.user.ID(), "new", fmt.Sprintf("hash %d", i)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := credential(t); got.Hash == "new" {
			t.Error("none is stored")
		}
	})
	t.Run("a lost answer is no failure", func(t *testing.T) {
		intercept, lost := localtest.LoseAnswer("UpdateItem")
		stand.Intercept(intercept)
		defer stand.Intercept(nil)
		must(t, in.Rehash(t.Context(), ana.user.ID(), credential(t).Hash, "after"))
		if got := credential(t); got.Hash != "after" || lost.Load() != 1 {
			t.Errorf("got %q after %d lost answers, want after", got.Hash, lost.Load())
		}
	})
	t.Run("an account that is gone does not come back", func(t *testing.T) {
		before := len(items(t, in.Table))
		must(t, in.Rehash(t.Context(), newID[domain.User](t), read, "new"))
		if after := len(items(t, in.Table)); after != before {
			t.Errorf("%d items, want %d", after, before)
		}
	})
	t.Run("a dead database is unavailable", func(t *testing.T) {
		stand.Intercept(localtest.Down("UpdateItem"))
		defer stand.Intercept(nil)
		is(t, in.Rehash(t.Context(), ana.user.ID(), "after", "never"), dynamo.ErrUnavailable)
	})
}
