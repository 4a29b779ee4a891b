package dynamo_test

import (
	"errors"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// TestClaimsAreDecidedInTheHomeRegion: two regions with tables of their own, as replicas that have not met yet.
func TestClaimsAreDecidedInTheHomeRegion(t *testing.T) {
	t.Parallel()
	home, away := localtest.New(t), localtest.New(t)
	there := home.Table("IDENTITY_TABLE")
	in := dynamo.Accounts{Table: away.Table("IDENTITY_TABLE"), Home: &there, Region: "eu-west-1", Now: time.Now}
	first, second := newPerson(t, "kim@example.org"), newPerson(t, "kim@example.org")
	must(t, first.register(t.Context(), in))
	at := dynamo.Accounts{Table: there, Region: localtest.Region, Now: time.Now}
	if err := second.register(t.Context(), at); !errors.Is(err, domain.ErrEmailTaken) {
		t.Errorf("the home region lets the address be taken again: %v", err)
	}
	if got, want := keys(t, in.Table, ""), first.stored(); len(got) != len(want)-1 {
		t.Errorf("the region of the registration has %q, want all of %q but the claim", got, want)
	}
	// The account can be changed and removed at home at once, whatever has been replicated.
	renamed, err := in.AtHome().Update(t.Context(), first.user.ID(), func(u *domain.User) (*domain.Event, error) {
		return u.VerifyEmail(u.State().Email, time.Now(), random{})
	})
	if err != nil || !renamed.State().EmailVerified {
		t.Errorf("the home region does not know the account: %v", err)
	}
	erasures := dynamo.Erasures{Accounts: in, Learning: away.Table("LEARNING_TABLE"), Ephemeral: away.Table("EPHEMERAL_TABLE"), Now: time.Now}
	if _, err := erasures.Erase(t.Context(), first.user.ID(), domain.SessionID{}); err != nil {
		t.Fatal(err)
	}
	if here, home := keys(t, in.Table, ""), keys(t, there, ""); len(here)+len(home) != 0 {
		t.Errorf("after the erasure there are %q here and %q at home", here, home)
	}
	must(t, second.register(t.Context(), at))
}
