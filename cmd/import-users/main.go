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
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"lyceum/cmd/internal/tool"
)

func main() { tool.Main("import-users", run) }

// run imports the file that the arguments name and reports to out.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("import-users", flag.ContinueOnError)
	table := flags.String("table", "lyceum-dev-identity", "the identity table")
	var target tool.Target
	target.Flags(flags)
	target.EndpointFlag(flags)
	if err := target.Parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("name one file; -h lists the flags")
	}
	env := target.Env(map[string]string{"IDENTITY_TABLE": *table}, os.Stderr)
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
