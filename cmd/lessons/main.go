// Command lessons brings a folder of lessons into the catalogue and back. A lesson is a file, .md, .markdown, .html or .htm, that begins with
// front matter: title, track, difficulty, order, summary, published (true if it is not said) and id. Without an id, a lesson is known by the
// file's path and the name space of its folder, which the first import writes into the file lessons.yaml there: so files of the same name in
// two folders are two lessons. READMEs and what begins with a dot are left alone.
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
	"maps"
	"os"
	"slices"
	"time"

	"lyceum/cmd/internal/tool"
	"lyceum/cmd/lessons/folder"
	"lyceum/shared/dynamo"
	"lyceum/shared/platform"
)

func main() { tool.Main("lessons", run) }

// settle is how long a recount waits for the index to show what was written before: usually it takes a fraction of a second.
const settle = 2 * time.Second

// verbs are what the command does, with a line of help for each.
var verbs = map[string]string{
	"import":  "import [flags] DIR   make the catalogue say what the files say; running it again changes nothing",
	"export":  "export [flags] DIR   write every lesson as a file; what was imported comes back byte for byte",
	"render":  "render [flags]       make the HTML of all lessons anew, when the rules for what is safe have changed",
	"recount": "recount [flags]      count published lessons anew, when two regions have changed one at once",
}

// order is what the arguments say.
type order struct {
	verb, dir                   string
	adopt, apart, dryRun, prune bool
	regions, table, bucket      string
	target                      tool.Target
}

// parse reads the arguments. Flags may stand before and after the folder; what the verb does not
// know is refused.
func parse(args []string, out io.Writer) (o order, err error) {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		fmt.Fprintln(out, "lessons brings a folder of lessons into the catalogue and back. `lessons import -h` lists the flags of import.")
		for _, verb := range slices.Sorted(maps.Keys(verbs)) {
			fmt.Fprintln(out, "  "+verbs[verb])
		}
		return o, flag.ErrHelp
	}
	o.verb = args[0]
	if verbs[o.verb] == "" {
		return o, fmt.Errorf("%q is not import, export, render or recount", o.verb)
	}
	flags := flag.NewFlagSet("lessons "+o.verb, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.table, "table", "lyceum-dev-learning", "the learning table")
	o.target.Flags(flags)
	o.target.EndpointFlag(flags)
	if o.verb == "recount" {
		flags.StringVar(&o.regions, "regions", "", "all regions that ever wrote, with commas between; empty means the one")
	} else {
		flags.StringVar(&o.bucket, "bucket", "", "the content bucket")
		o.target.S3Flag(flags)
	}
	if o.verb == "import" {
		flags.BoolVar(&o.adopt, "adopt", false, "take over lessons that came from another folder, or from this one before it had a "+folder.SpaceFile)
		flags.BoolVar(&o.apart, "apart", false, "lessons of the same file names that came before folders had a "+folder.SpaceFile+" are not this folder's")
		flags.BoolVar(&o.dryRun, "dry-run", false, "say what would be done, and do nothing")
		flags.BoolVar(&o.prune, "prune", false, "delete the folder's lessons of which it has no file any more")
	}
	var rest []string
	for args = args[1:]; ; args = flags.Args()[1:] {
		if err := flags.Parse(args); err != nil {
			return o, err
		}
		if flags.NArg() == 0 {
			break
		}
		rest = append(rest, flags.Arg(0))
	}
	folders := 0
	if o.verb == "import" || o.verb == "export" {
		folders = 1
	}
	switch {
	case len(rest) < folders:
		return o, errors.New("name the folder")
	case len(rest) > folders:
		return o, fmt.Errorf("%q is one argument too many; -h lists what %s takes", rest[folders], o.verb)
	case folders == 1:
		o.dir = rest[0]
	}
	return o, o.target.Parse(flags, nil) // what --local means
}

// run does what the arguments say and reports to out.
func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args, out)
	if err != nil {
		return err
	}
	env := o.target.Env(map[string]string{
		"LEARNING_TABLE": o.table, "CONTENT_BUCKET": cmp.Or(o.bucket, o.target.LocalBucket("content")), "REGIONS": o.regions,
	}, os.Stderr)
	lessons := dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}
	if o.verb == "recount" {
		return recount(ctx, env, lessons, out)
	}
	library := folder.Library{Lessons: lessons, Bodies: env.Bucket("CONTENT_BUCKET"), Now: env.Now, Random: env.Random}
	if err := env.Err(); err != nil {
		return err
	}
	return o.do(ctx, library, out)
}

func (o order) do(ctx context.Context, library folder.Library, out io.Writer) error {
	show := progress(out)
	switch o.verb {
	case "import":
		return o.bring(ctx, library, out)
	case "export":
		if err := os.MkdirAll(o.dir, 0o755); err != nil {
			return err
		}
		root, err := os.OpenRoot(o.dir)
		if err != nil {
			return err
		}
		defer root.Close()
		n, err := library.Export(ctx, root, show)
		if err == nil {
			fmt.Fprintf(out, "%d lessons written\n", n)
		}
		return err
	}
	n, err := library.Render(ctx, show)
	if err == nil {
		fmt.Fprintf(out, "%d lessons rendered\n", n)
	}
	return err
}

// bring imports a folder.
func (o order) bring(ctx context.Context, library folder.Library, out io.Writer) error {
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	space, known, err := library.SpaceOf(ctx, root.FS(), o.adopt, o.apart)
	if err != nil {
		return err
	}
	options := folder.Options{
		Space: space, Adopt: o.adopt, DryRun: o.dryRun, Prune: o.prune, Say: func(line string) { fmt.Fprintln(out, line) },
	}
	if !known {
		options.Begin = func() error { return root.WriteFile(folder.SpaceFile, space.File(), 0o644) }
	}
	result, err := library.Import(ctx, root.FS(), options, progress(out))
	for _, s := range result.Orphans {
		fmt.Fprintf(out, "%s has no file any more: lesson %s, %q\n", s.Path, s.ID, s.Title)
	}
	switch orphans := len(result.Orphans); {
	case orphans > 0 && o.prune && !o.dryRun && err == nil:
		fmt.Fprintf(out, "%d lessons deleted\n", orphans)
	case orphans > 0 && !o.prune:
		fmt.Fprintln(out, "--prune deletes lessons without a file")
	}
	if o.dryRun {
		fmt.Fprint(out, "dry run, nothing was written: ")
	}
	fmt.Fprintf(out, "%d lessons made, %d changed, %d as they were\n", result.Made, result.Changed, result.Same)
	return err
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
