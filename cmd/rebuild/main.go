// Command rebuild compares learners' totals with their progress, reports where they differ, and puts them right with --write. It may run
// while the system does.
//
//	go run ./cmd/rebuild --local --user 0195610e-0000-7000-8000-000000000009
//	go run ./cmd/rebuild --prefix lyceum-prod --region eu-west-1 --regions eu-west-1,us-east-1 --all --write
//
// The first speaks to `go run ./local` on this machine, the second to AWS with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
// of the environment. Each region writes its own part of the totals: with several, run it in each.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
	_ "time/tzdata" // days are counted in the learner's zone

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "rebuild:", err)
		os.Exit(1)
	}
}

// run does what the arguments say and reports to out.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("rebuild", flag.ContinueOnError)
	one := flags.String("user", "", "id of a user")
	all := flags.Bool("all", false, "all users")
	write := flags.Bool("write", false, "put right what differs")
	prefix := flags.String("prefix", "lyceum-dev", "what the tables' names begin with")
	region := flags.String("region", "", "region of the tables; empty means AWS_REGION")
	regions := flags.String("regions", "", "every region that ever wrote, with commas; empty means this one alone")
	endpoint := flags.String("endpoint", "", "URL of DynamoDB; empty means AWS")
	local := flags.Bool("local", false, "speak to what runs on this machine: its address, keys and region")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || (*one == "") != *all {
		return errors.New("name --user ID or --all; -h lists the flags")
	}
	settings := map[string]string{
		"IDENTITY_TABLE": *prefix + "-identity", "LEARNING_TABLE": *prefix + "-learning",
		"AWS_REGION": *region, "AWS_ENDPOINT_URL_DYNAMODB": *endpoint,
	}
	if *local {
		settings["AWS_REGION"] = cmp.Or(*region, "us-east-1")
		settings["AWS_ENDPOINT_URL_DYNAMODB"] = cmp.Or(*endpoint, "http://localhost:8000")
		settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"] = "local", "local"
	}
	settings["REGIONS"] = cmp.Or(*regions, settings["AWS_REGION"], os.Getenv("AWS_REGION"))
	env := platform.NewEnv(func(name string) string {
		if *local && name == "AWS_SESSION_TOKEN" {
			return ""
		}
		return cmp.Or(settings[name], os.Getenv(name))
	}, os.Stderr)
	r := rebuild{env.Learning(), *write, out}
	accounts := env.Accounts()
	if err := env.Err(); err != nil {
		return err
	}
	if *all {
		return r.all(ctx, accounts)
	}
	user, err := domain.ParseID[domain.User](*one)
	if err != nil {
		return fmt.Errorf("--user: %w", err)
	}
	_, err = r.one(ctx, user)
	return err
}

type rebuild struct {
	learning dynamo.Learning
	write    bool
	out      io.Writer
}

// one reports a user whose totals differ.
func (r rebuild) one(ctx context.Context, user domain.UserID) (differs bool, err error) {
	d, err := r.learning.Rebuild(ctx, user, r.write, time.Now(), rand.Reader)
	if err != nil || d.None() {
		return false, err
	}
	done := "found"
	if r.write {
		done = "put right"
	}
	_, err = fmt.Fprintf(r.out, "%s: %d lessons finished, %d counted; scores %d, %d counted; %d lessons counted wrongly, %d missing in the history, summary differs: %t; %s\n",
		user, d.True.Completed, d.Counted.Completed, d.True.ScoreSum, d.Counted.ScoreSum, len(d.Lost), len(d.Unlisted), d.Summary, done)
	return true, err
}

func (r rebuild) all(ctx context.Context, accounts domain.Directory) error {
	seen, differ := 0, 0
	for page := (domain.Page{Limit: 100}); ; {
		users, next, err := accounts.List(ctx, page)
		if err != nil {
			return err
		}
		for _, user := range users {
			differs, err := r.one(ctx, user.ID())
			if err != nil {
				return fmt.Errorf("%s: %w", user.ID(), err)
			}
			if seen++; differs {
				differ++
			}
		}
		if next == "" {
			_, err := fmt.Fprintf(r.out, "%d users, %d of them with totals that differ\n", seen, differ)
			return err
		}
		page.After = next
	}
}
