// Command backup writes all data of an environment into a folder or a bucket, and brings it back:
//
//	go run ./cmd/backup save --local /var/backups/today
//	go run ./cmd/backup restore --local /var/backups/today
//	go run ./cmd/backup save --prefix lyceum-prod --region eu-west-1 --account 123456789012 s3://our-backups/2026-12-01
//
// Run a command that was interrupted again: it goes on where it stopped, and once it is complete it
// changes nothing. What is in the environment already stays as it is when a backup is restored.
// What expires by itself is left out: sessions, so people sign in again, caches and receipts of
// requests. Signing keys are not in it either (docs/OPERATIONS.md).
//
// It reads while the system runs, so what changes meanwhile may be in it as it was or as it is. For
// one moment in time use DynamoDB's point-in-time recovery.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/cmd/internal/tool"
	"lyceum/shared/dynamo"
)

func main() { tool.Main("backup", run) }

// environment is what is saved and restored. Tables and buckets go by the last word of their names.
type environment struct {
	tables  map[string]dynamo.Table
	buckets map[string]bucket
	page    int32 // items or objects in a file of the backup, at most 1 MB of items
	out     io.Writer
}

// The parts of an environment, in the order in which they are restored: a reference to a body never
// precedes it.
var (
	bucketNames = []string{"content", "uploads"}
	tableNames  = []string{"ephemeral", "learning", "identity"}
)

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	flags.SetOutput(out)
	prefix := flags.String("prefix", "lyceum-dev", "what the names of tables and buckets begin with")
	account := flags.String("account", "000000000000", "number of the AWS account, which the buckets' names have")
	var target tool.Target
	target.Flags(flags)
	target.EndpointFlag(flags)
	target.S3Flag(flags)
	flags.Usage = func() {
		fmt.Fprintln(out, "backup save|restore [flags] FOLDER|s3://BUCKET/PREFIX")
		flags.PrintDefaults()
	}
	verb := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	if err := target.Parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 || verb != "save" && verb != "restore" {
		return errors.New("name save or restore, and one folder or s3://bucket/prefix; -h lists the flags")
	}
	config, err := target.Config(ctx)
	if err != nil {
		return err
	}
	client := s3.NewFromConfig(config, func(o *s3.Options) {
		if target.S3 != "" {
			o.BaseEndpoint, o.UsePathStyle = &target.S3, true
		}
	})
	e := environment{tables: map[string]dynamo.Table{}, buckets: map[string]bucket{}, page: 1000, out: out}
	for _, name := range tableNames {
		e.tables[name] = target.Table(config, *prefix+"-"+name)
	}
	for _, name := range bucketNames {
		e.buckets[name] = bucket{client: client, name: fmt.Sprintf("%s-%s-%s-%s", *prefix, name, *account, config.Region)}
	}
	var to place = folder(flags.Arg(0))
	if where, ok := strings.CutPrefix(flags.Arg(0), "s3://"); ok {
		name, prefix, _ := strings.Cut(where, "/")
		to = bucket{client: client, name: name, prefix: strings.Trim(prefix, "/") + "/"}
	}
	if verb == "save" {
		return e.save(ctx, to)
	}
	return e.restore(ctx, to)
}
