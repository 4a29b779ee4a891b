// Command lessons brings a folder of lessons into the catalogue and back. A lesson is a file, .md or .html, that begins with front matter:
// title, track, difficulty, order, summary, published (true if it is not said) and id (made of the path if it is not said).
//
//	go run ./cmd/lessons import --local DIR     make the catalogue say what the files say; running it again changes nothing
//	go run ./cmd/lessons export --local DIR     write every lesson as a file; what was imported comes back byte for byte
//	go run ./cmd/lessons render --local         make the HTML of all lessons anew, when the rules for what is safe have changed
//	go run ./cmd/lessons recount --local        count published lessons anew, when two regions have changed one at once
//
// --local speaks to `go run ./local` on this machine. Without it, it speaks to AWS with --region, --table, --bucket and AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment; they need dynamodb:BatchGetItem, Query, PutItem, UpdateItem on the table
// and its index, s3:ListBucket on the bucket, and s3:GetObject, PutObject and DeleteObject on lessons/*.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"lyceum/cmd/internal/tool"
	"lyceum/cmd/lessons/folder"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

func main() { tool.Main("lessons", run) }

// settle is how long a recount waits for the index to show what was written before: usually it takes a fraction of a second.
const settle = 2 * time.Second

// run does what the arguments say and reports to out.
func run(ctx context.Context, args []string, out io.Writer) error {
	verb := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("lessons "+verb, flag.ContinueOnError)
	regions := flags.String("regions", "", "for recount: all regions that ever wrote, with commas between; empty means the one")
	table := flags.String("table", "lyceum-dev-learning", "the learning table")
	bucket := flags.String("bucket", "", "the content bucket")
	var target tool.Target
	target.Flags(flags)
	target.EndpointFlag(flags)
	target.S3Flag(flags)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), "go run ./cmd/lessons import|export [flags] DIR, or render|recount [flags]\n\n")
		flags.PrintDefaults()
	}
	if err := target.Parse(flags, args); err != nil {
		return err
	}
	env := target.Env(map[string]string{
		"LEARNING_TABLE": *table, "CONTENT_BUCKET": cmp.Or(*bucket, target.LocalBucket("content")), "REGIONS": *regions,
	}, os.Stderr)
	lessons := dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}
	if verb == "recount" {
		return recount(ctx, env, lessons, out)
	}
	library := folder.Library{Lessons: lessons, Bodies: env.Bucket("CONTENT_BUCKET"), Now: env.Now, Random: env.Random}
	if err := env.Err(); err != nil {
		return err
	}
	return do(ctx, verb, flags.Arg(0), library, out)
}

func do(ctx context.Context, verb, dir string, library folder.Library, out io.Writer) error {
	if dir == "" && (verb == "import" || verb == "export") {
		return errors.New("name the folder")
	}
	show := progress(out)
	switch verb {
	case "import":
		result, err := library.Import(ctx, os.DirFS(dir), show)
		fmt.Fprintf(out, "%d lessons made, %d changed, %d as they were\n", result.Made, result.Changed, result.Same)
		return err
	case "export":
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return err
		}
		defer root.Close()
		n, err := library.Export(ctx, root, show)
		if err == nil {
			fmt.Fprintf(out, "%d lessons written\n", n)
		}
		return err
	case "render":
		n, err := library.Render(ctx, show)
		if err == nil {
			fmt.Fprintf(out, "%d lessons rendered\n", n)
		}
		return err
	}
	return fmt.Errorf("%q is not import, export, render or recount", verb)
}

func recount(ctx context.Context, env *platform.Env, lessons dynamo.Lessons, out io.Writer) error {
	regions := env.Regions()
	if err := env.Err(); err != nil {
		return err
	}
	was, is, err := lessons.Recount(ctx, regions, func() { time.Sleep(settle) })
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d lessons were counted, %d are published\n", was.Total, is.Total)
	for track, n := range is.Tracks {
		if was.Tracks[track] != n {
			fmt.Fprintf(out, "track %s: %d were counted, %d are published\n", track, was.Tracks[track], n)
		}
	}
	return nil
}
