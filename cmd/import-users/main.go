// Command import-users makes accounts of people who had one elsewhere, with the password they had there. docs/IMPORT.md says what a
// line of the file holds.
//
//	go run ./cmd/import-users --local users.jsonl
//	go run ./cmd/import-users --table lyceum-prod-identity --region eu-west-1 users.jsonl
//
// The first speaks to `go run ./local` on this machine, the second to AWS with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN of the environment; they need dynamodb:PutItem, UpdateItem and DeleteItem on the table.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"lyceum/shared/platform"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "import-users:", err)
		os.Exit(1)
	}
}

// run imports the file that the arguments name and reports to out.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("import-users", flag.ContinueOnError)
	table := flags.String("table", "lyceum-dev-identity", "the identity table")
	region := flags.String("region", "", "region of the table; empty means AWS_REGION")
	endpoint := flags.String("endpoint", "", "URL of DynamoDB; empty means AWS")
	local := flags.Bool("local", false, "speak to `go run ./local` on this machine: its address, keys and region")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("name one file; -h lists the flags")
	}
	settings := map[string]string{"IDENTITY_TABLE": *table, "AWS_REGION": *region, "AWS_ENDPOINT_URL_DYNAMODB": *endpoint}
	if *local {
		settings["AWS_REGION"] = cmp.Or(*region, "us-east-1")
		settings["AWS_ENDPOINT_URL_DYNAMODB"] = cmp.Or(*endpoint, "http://localhost:8000")
		settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	}
	env := platform.NewEnv(func(name string) string {
		if *local && name == "AWS_SESSION_TOKEN" {
			return ""
		}
		return cmp.Or(settings[name], os.Getenv(name))
	}, os.Stderr)
	accounts := env.Accounts()
	if err := env.Err(); err != nil {
		return err
	}
	file, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer file.Close()
	done, err := importer{accounts, env.Random, time.Sleep}.all(ctx, file)
	fmt.Fprintf(out, "%d accounts made, %d skipped because their address has one\n", done.made, done.skipped)
	return err
}
