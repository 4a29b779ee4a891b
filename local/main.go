// Command local serves template.yaml on this machine: every function as its real binary behind an HTTP API, with DynamoDB and S3 beside
// it. It needs nothing but Go:
//
//	go run ./local
//
// What it starts is put together in cloud.go; each part is a package of its own below this folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// settings are the command's flags.
type settings struct {
	bind                        string
	port, dynamoDBPort, s3Port  int
	data, template, log, region string
	regions                     []string      // that run together; none for region alone
	lag, jitter                 time.Duration // of the links between them
	preflightToDefault          bool          // see gateway.Options
	debug                       bool          // functions that a debugger can attach to
	dynamoDB                    string        // endpoint of another DynamoDB; "" is the embedded one
	services                    bool          // no HTTP API: the routes run in the containers of sam local
	parameters                  map[string]string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "local: %v\n", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. The banner goes to out, progress and logs to logs.
func run(ctx context.Context, args []string, out, logs io.Writer) error {
	set, err := parse(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	var handler slog.Handler = newReadable(logs)
	if set.log == "json" {
		handler = slog.NewJSONHandler(logs, nil)
	}
	fleet, err := start(ctx, set, slog.New(handler), logs)
	if err != nil {
		return err
	}
	defer fleet.close()
	fleet.banner(out)
	return fleet.serve(ctx)
}

func parse(args []string, out io.Writer) (settings, error) {
	set := settings{parameters: map[string]string{}}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&set.port, "port", 3000, "port of the HTTP API; 0 takes a free one")
	flags.IntVar(&set.dynamoDBPort, "dynamodb-port", 8000, "port of DynamoDB")
	flags.StringVar(&set.dynamoDB, "dynamodb-endpoint", "", "URL of a DynamoDB to use instead of the embedded one; permissions are not judged there")
	flags.IntVar(&set.s3Port, "s3-port", 9000, "port of S3")
	flags.StringVar(&set.bind, "bind", "127.0.0.1", "address to listen on; another than loopback opens this stand to the network")
	flags.StringVar(&set.data, "data", ".data", `folder of all data; "" keeps nothing after the end`)
	flags.StringVar(&set.template, "template", "template.yaml", "the SAM template to serve")
	flags.StringVar(&set.region, "region", "us-east-1", "region that the functions are told")
	flags.Func("regions", `run a whole stack in each of several regions, "a,b,c", the primary first; ports count up from --port and the others`, func(text string) error {
		set.regions = strings.Split(strings.ReplaceAll(text, " ", ""), ",")
		return nil
	})
	flags.BoolVar(&set.services, "services", false, `serve DynamoDB, S3, mail and events for the containers of "sam local", which serves the HTTP API; --port is that of mail, 3030 if not given`)
	flags.DurationVar(&set.lag, "lag", 20*time.Millisecond, "with --regions: how long the way from one to another takes")
	flags.DurationVar(&set.jitter, "jitter", 10*time.Millisecond, "with --regions: up to how much longer it may take")
	flags.BoolVar(&set.debug, "debug", false, "build functions for a debugger, run one process of each and end none for its time; logs the process to attach to")
	flags.BoolVar(&set.preflightToDefault, "preflight-to-default", false, "let the route $default answer preflight requests, as one reading of AWS's page has it")
	flags.StringVar(&set.log, "log", "text", "form of the log on standard error: text or json")
	flags.Func("parameter-overrides", `parameters of the template, as for sam: "Name=value Name=value"`, func(text string) error {
		for _, pair := range strings.Fields(text) {
			name, value, ok := strings.Cut(pair, "=")
			if !ok {
				return fmt.Errorf("%q is not Name=value", pair)
			}
			set.parameters[name] = value
		}
		return nil
	})
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, "go run ./local [flags] serves template.yaml on this machine.\n\n")
		flags.SetOutput(out)
		flags.PrintDefaults()
	case err != nil:
		err = fmt.Errorf("%w (go run ./local -h lists the flags)", err)
	case flags.NArg() > 0:
		err = fmt.Errorf("%q is not a flag (go run ./local -h lists the flags)", flags.Arg(0))
	case len(set.regions) > 0 && set.dynamoDB != "":
		err = errors.New("--regions needs the embedded DynamoDB, so it does not go with --dynamodb-endpoint")
	case set.services && (len(set.regions) > 0 || set.data == ""):
		err = errors.New("--services serves one region, and its data folder keeps what sam must know: leave --regions and --data \"\" out")
	case set.log != "text" && set.log != "json":
		err = fmt.Errorf("--log is %q, not text or json", set.log)
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if set.services {
		set.forContainers(given)
	}
	return set, err
}
