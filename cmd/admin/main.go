// Command admin gives an account a role by its e-mail address. It makes the first admin, whom no other can appoint; later ones are made
// with PUT /api/users/{id}/role. The role is in the account's tokens from the next sign-in or refresh on.
//
//	go run ./cmd/admin --local --email ada@example.org
//	go run ./cmd/admin --table lyceum-prod-identity --region eu-west-1 --email ada@example.org --role editor
//
// The first speaks to `go run ./local` on this machine, the second to AWS with the credentials that the AWS CLI would use; they need
// dynamodb:GetItem, Query and PutItem on the table.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "admin:", err)
		os.Exit(1)
	}
}

// run does what the arguments say and reports it.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("admin", flag.ContinueOnError)
	address := flags.String("email", "", "address of the account")
	name := flags.String("role", "admin", "learner, editor or admin")
	table := flags.String("table", "lyceum-dev-identity", "the identity table")
	region := flags.String("region", "", "region of the table; empty means the one that the AWS CLI would use")
	endpoint := flags.String("endpoint", "", "URL of DynamoDB; empty means AWS")
	local := flags.Bool("local", false, "speak to `go run ./local` on this machine: its address, keys and region")
	if err := flags.Parse(args); err != nil {
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
	client, err := connect(ctx, *local, *endpoint, *region)
	if err != nil {
		return err
	}
	return grant(ctx, dynamo.Accounts{Table: dynamo.Table{Client: client, Name: *table}, Now: time.Now}, email, role, out)
}

// grant gives the account of an address a role.
func grant(ctx context.Context, accounts dynamo.Accounts, email domain.Email, role domain.Role, out io.Writer) error {
	owner, _, err := accounts.ByEmail(ctx, email)
	if err != nil {
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

// localEndpoint is where `go run ./local` serves DynamoDB unless told otherwise; localKey is both parts of the developer's key there.
const (
	localEndpoint = "http://localhost:8000"
	localKey      = "local"
)

func connect(ctx context.Context, local bool, endpoint, region string) (*awsdynamodb.Client, error) {
	var options []func(*config.LoadOptions) error
	if local {
		endpoint, region = cmp.Or(endpoint, localEndpoint), cmp.Or(region, "us-east-1")
		options = append(options, config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: localKey, SecretAccessKey: localKey}, nil
		})))
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	settings, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	return awsdynamodb.NewFromConfig(settings, func(o *awsdynamodb.Options) {
		if endpoint != "" {
			o.BaseEndpoint, o.HTTPClient = &endpoint, platform.HTTPClient(func(*http.Transport) {})
		}
	}), nil
}
