// Command admin gives an account a role by its e-mail address. It makes the first admin, whom no other can appoint; later ones are made
// with PUT /api/users/{id}/role. The account must have verified its address; --local does that too. The role is in the account's tokens from the next sign-in or refresh on.
//
//	go run ./cmd/admin --local --email ada@example.org
//	go run ./cmd/admin --table lyceum-prod-identity --region eu-west-1 --email ada@example.org --role editor
//
// The first speaks to `go run ./local` on this machine, the second to AWS with the credentials that the AWS CLI would use; they need
// dynamodb:GetItem, BatchGetItem, Query and PutItem on the table.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"time"

	"lyceum/cmd/internal/tool"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

func main() { tool.Main("admin", run) }

// run does what the arguments say and reports it.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("admin", flag.ContinueOnError)
	address := flags.String("email", "", "address of the account")
	name := flags.String("role", "admin", "learner, editor or admin")
	table := flags.String("table", "lyceum-dev-identity", "the identity table")
	var target tool.Target
	target.Flags(flags)
	target.EndpointFlag(flags)
	if err := target.Parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no flag; -h lists them", flags.Arg(0))
	}
	email, err := domain.ParseEmail(*address)
	if err != nil {
		return fmt.Errorf("--email: %w", err)
	}
	role, err := domain.ParseRole(*name)
	if err != nil {
		return fmt.Errorf("--role: %w", err)
	}
	loaded, err := target.Config(ctx)
	if err != nil {
		return err
	}
	return grant(ctx, dynamo.Accounts{Table: target.Table(loaded, *table), Now: time.Now}, email, role, target.Local, out)
}

// grant gives the account of an address a role: the account must have verified it, unless that is
// done here, for trying things out.
func grant(ctx context.Context, accounts dynamo.Accounts, email domain.Email, role domain.Role, verify bool, out io.Writer) error {
	owner, _, err := accounts.ByEmail(ctx, email)
	if err != nil {
		return err
	}
	if verify {
		owner, err = accounts.Update(ctx, owner.ID(), func(user *domain.User) (*domain.Event, error) {
			return user.VerifyEmail(email, time.Now(), rand.Reader)
		})
	}
	if err == nil {
		err = owner.MayHold(role)
	}
	if err != nil {
		return err
	}
	if err := accounts.SetAdmin(ctx, owner.ID(), role == domain.Admin, domain.UserID{}); err != nil {
		return err
	}
	before := owner.Role()
	user, err := accounts.Update(ctx, owner.ID(), func(user *domain.User) (*domain.Event, error) {
		before = user.Role()
		return user.SetRole(role, time.Now(), rand.Reader)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s was %s and is %s, from the next sign-in on.\n", user.ID(), before, user.Role())
	return err
}
