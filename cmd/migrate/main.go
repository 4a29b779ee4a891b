// Command migrate brings a system that was built by the guide on Cloudflare (Workers, D1, KV, R2) here: users with their passwords, lessons,
// progress, likes and files. docs/MIGRATE.md says how to export it.
//
//	go run ./cmd/migrate --local DIR              bring what the folder holds
//	go run ./cmd/migrate --local --dry-run DIR    say what would be brought, and what cannot be
//
// Running it again goes on where it was cut off, and changes nothing once all is there. --local
// means the local environment; without it, the command uses AWS with --environment, --region and
// the credentials of the environment.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"lyceum/cmd/internal/tool"
	"lyceum/cmd/lessons/folder"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

// idsFile is written beside the export: which new id each old one has, a JSON object a line.
const idsFile = "ids.jsonl"

func main() { tool.Main("migrate", run) }

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	environment := flags.String("environment", "dev", "dev, staging or prod")
	account := flags.String("account", "000000000000", "number of the AWS account, part of the buckets' names")
	regions := flags.String("regions", "", "all regions of the environment, with commas between; empty means one")
	dryRun := flags.Bool("dry-run", false, "say what would be brought and what cannot be, and write nothing")
	skip := flags.Bool("skip", false, "leave out what cannot be brought, and bring the rest")
	var target tool.Target
	target.Flags(flags)
	target.EndpointFlag(flags)
	target.S3Flag(flags)
	if err := target.Parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("name the folder of the export (flags come before it)")
	}
	dir := flags.Arg(0)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	old, err := readSystem(root.FS())
	if err != nil {
		return err
	}
	old.report(out)
	switch {
	case *dryRun:
		return nil
	case len(old.bad) > 0 && !*skip:
		return errors.New("nothing was written: mend the rows above, or leave them out with --skip")
	}
	env := target.Env(map[string]string{
		"IDENTITY_TABLE": "lyceum-" + *environment + "-identity", "LEARNING_TABLE": "lyceum-" + *environment + "-learning",
		"CONTENT_BUCKET": bucket(*environment, "content", *account, target.Region), "REGIONS": *regions,
		"UPLOADS_BUCKET": bucket(*environment, "uploads", *account, target.Region), "IDENTITY_HOME": target.Region,
	}, os.Stderr)
	if err := writeIDs(filepath.Join(dir, idsFile), old); err != nil {
		return err
	}
	return bring(ctx, env, old, out)
}

// bring writes what the export holds and says how much that was.
func bring(ctx context.Context, env *platform.Env, old *system, out io.Writer) error {
	m := mover{
		accounts: env.Accounts(), learning: env.Learning(), likes: env.Likes(), uploads: env.Uploads(), bucket: env.Bucket("UPLOADS_BUCKET"),
		now: env.Now, show: func(what string, done, of int) { fmt.Fprintf(out, "%s: %d of %d\n", what, done, of) },
	}
	m.library = folder.Library{Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}, Bodies: env.Bucket("CONTENT_BUCKET"), Now: env.Now, Random: env.Random}
	if err := env.Err(); err != nil {
		return err
	}
	done, err := m.all(ctx, old)
	fmt.Fprintf(out, "brought %d users, %d lessons, %d completions, %d likes, %d files\n", done.users, done.lessons, done.completions, done.likes, done.files)
	if err != nil {
		return fmt.Errorf("%w; run it again to go on", err)
	}
	return nil
}

func bucket(environment, kind, account, region string) string {
	return "lyceum-" + environment + "-" + kind + "-" + account + "-" + region
}

// writeIDs keeps the list of old and new ids, for links and bookmarks that name the old ones.
func writeIDs(path string, old *system) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(file)
	line := func(kind, was string, is interface{ String() string }) {
		if err == nil {
			err = lines.Encode(map[string]string{"kind": kind, "old": was, "new": is.String()})
		}
	}
	for _, u := range old.users {
		line("user", u.old, u.user.ID())
	}
	for _, l := range old.lessons {
		line("lesson", l.old, l.id)
	}
	for _, f := range old.files {
		line("file", f.old, f.id)
	}
	return errors.Join(err, file.Close())
}

// made is how much was written; what was there already is not counted.
type made struct{ users, lessons, completions, likes, files int }

// idOf makes the id of a thing of the old system: the same in every run, and as old as the thing.
func idOf[Of any](kind, old string, at interface{ UnixMilli() int64 }) domain.ID[Of] {
	id, _ := domain.NewID[Of](timeOf(at), seeded(kind, old)) // it fails only if random does
	return id
}
