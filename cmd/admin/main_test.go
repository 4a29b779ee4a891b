package main

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// set runs the grant on the stand's own client, so that it works with any DynamoDB the stand uses.
func set(t *testing.T, accounts dynamo.Accounts, address, role string) (string, error) {
	t.Helper()
	email, err := domain.ParseEmail(address)
	if err != nil {
		t.Fatal(err)
	}
	as, err := domain.ParseRole(role)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = grant(t.Context(), accounts, email, as, false, &out)
	return out.String(), err
}

func TestTheFirstAdminIsMadeByAddress(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	accounts := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	ana, bo, boss := stand.NewUserAs(t, domain.Learner), stand.NewUser(t), stand.NewUserAs(t, domain.Admin)
	if said, err := set(t, accounts, bo.Email, "admin"); !errors.Is(err, domain.ErrUnverifiedRole) {
		t.Errorf("an address that anybody can have registered: it says %q (%v)", said, err)
	}
	for _, step := range []struct{ role, said string }{
		{"admin", " was learner and is admin,"}, {"admin", " was admin and is admin,"}, {"learner", " was admin and is learner,"},
	} {
		said, err := set(t, accounts, strings.ToUpper(ana.Email), step.role)
		if err != nil || !strings.HasPrefix(said, ana.ID.String()+step.said) {
			t.Errorf("it says %q (%v), want %q", said, err, step.said)
		}
		user, err := accounts.User(t.Context(), ana.ID)
		if err != nil || user.Role().String() != step.role {
			t.Errorf("stored %v (%v), want %s", user, err, step.role)
		}
	}
	if user, err := accounts.User(t.Context(), bo.ID); err != nil || user.State().Version != 1 {
		t.Errorf("another user is %v (%v)", user, err)
	}
	if said, err := set(t, accounts, boss.Email, "learner"); !errors.Is(err, domain.ErrLastAdmin) || said != "" {
		t.Errorf("the last admin: it says %q (%v), want %v", said, err, domain.ErrLastAdmin)
	}
	if said, err := set(t, accounts, "nobody@example.org", "admin"); !errors.Is(err, domain.ErrNoUser) || said != "" {
		t.Errorf("nobody: it says %q (%v), want %v", said, err, domain.ErrNoUser)
	}
}

func TestTheCommandReachesTheLocalDynamoDB(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	ana := stand.NewUser(t)
	var out bytes.Buffer
	endpoint := *stand.Client().Options().BaseEndpoint
	args := []string{"--local", "--endpoint", endpoint, "--table", stand.Variable("IDENTITY_TABLE"), "--email", ana.Email}
	if err := run(t.Context(), args, &out); err != nil || !strings.Contains(out.String(), "was learner and is admin") {
		t.Errorf("it says %q (%v)", out.String(), err)
	}
}

func TestBadArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"", "--email"}, {"--email ana", "--email"}, {"--email ana@example.org --role root", "--role"}, {"--email ana@example.org admin", `"admin" is no flag`},
	} {
		err := run(t.Context(), strings.Fields("--local --endpoint http://127.0.0.1:1 "+c.args), &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, flag.ErrHelp) {
			t.Errorf("%q: %v, want a word on %s", c.args, err, c.want)
		}
	}
}
