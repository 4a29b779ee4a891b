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
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // days are counted in the learner's zone

	"lyceum/cmd/internal/tool"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

func main() { tool.Main("rebuild", run) }

// run does what the arguments say and reports to out.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("rebuild", flag.ContinueOnError)
	one := flags.String("user", "", "id of a user")
	all := flags.Bool("all", false, "all users")
	write := flags.Bool("write", false, "put right what differs")
	prefix := flags.String("prefix", "lyceum-dev", "what the tables' names begin with")
	regions := flags.String("regions", "", "every region that ever wrote, with commas; empty means this one alone")
	var target tool.Target
	target.Flags(flags)
	target.EndpointFlag(flags)
	if err := target.Parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 || (*one == "") != *all {
		return errors.New("name --user ID or --all; -h lists the flags")
	}
	env := target.Env(map[string]string{
		"IDENTITY_TABLE": *prefix + "-identity", "LEARNING_TABLE": *prefix + "-learning", "REGIONS": *regions,
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
