// Command uploads compares a region's uploads bucket with the records of users' files, both ways, and reports what the one has and the
// other has not. It changes nothing without --delete, and may run while the system does.
//
//	go run ./cmd/uploads --local
//	go run ./cmd/uploads --table lyceum-prod-learning --bucket lyceum-prod-uploads-123456789012-eu-west-1 --region eu-west-1 --delete --older 48h
//
// --delete removes objects that no record names and that are older than --older (the bucket keeps them as old versions for 7 days), and
// gives the places free of what was requested and never came. A record without its object is reported alone: it is the user's to delete.
//
// The first speaks to `go run ./local` on this machine, the second to AWS with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
// of the environment; they need dynamodb:Scan, BatchGetItem and PutItem on the table, s3:ListBucket on the bucket, s3:GetObject and
// DeleteObject on what is in it. With several regions, run it in each, and not while one is cut off: its records are missing elsewhere.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"lyceum/cmd/internal/tool"
)

func main() {
	tool.Main("uploads", func(ctx context.Context, args []string, out io.Writer) error { return run(ctx, args, out, os.Stderr) })
}

// youngest is the least that --older may be: bytes come before their record, and a repeated request may write it a day later.
const youngest = 24 * time.Hour

// run does what the arguments say, reports to out, and tells how far it is to progress.
func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("uploads", flag.ContinueOnError)
	flags.SetOutput(progress)
	remove := flags.Bool("delete", false, "remove objects without record, free reservations that are over")
	older := flags.Duration("older", 48*time.Hour, "age of objects from which they are missed, at least 24h")
	table := flags.String("table", "lyceum-dev-learning", "the learning table")
	bucket := flags.String("bucket", "", "the uploads bucket of the region")
	var target tool.Target
	target.Flags(flags)
	target.EndpointFlag(flags)
	target.S3Flag(flags)
	if err := target.Parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no flag; -h lists them", flags.Arg(0))
	}
	if *older < youngest {
		return errors.New("--older must be 24h at least: files that are on their way have no record yet")
	}
	env := target.Env(map[string]string{
		"LEARNING_TABLE": *table, "UPLOADS_BUCKET": cmp.Or(*bucket, target.LocalBucket("uploads")),
	}, progress)
	check := check{uploads: env.Uploads(), bucket: env.Bucket("UPLOADS_BUCKET"), remove: *remove, before: env.Now().Add(-*older), out: out, progress: progress}
	if err := env.Err(); err != nil {
		return err
	}
	return check.run(ctx)
}
