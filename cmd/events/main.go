// Command events shows what failed for good on its way to a consumer, and sends events again.
//
//	go run ./cmd/events --local list
//	go run ./cmd/events --local replay --id 0198…      one event of the dead-letter queue, to the function that failed
//	go run ./cmd/events --local replay --all           all of them
//	go run ./cmd/events --local replay --since 2h      what was recorded in the last two hours, to every consumer
//
// With --local it speaks to `go run ./local` on this machine, else to AWS with the credentials that the AWS CLI would use
// (--environment prod --region eu-west-1). An event may so come twice: consumers take effect once.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"lyceum/cmd/internal/tool"
)

func main() { tool.Main("events", run) }

// run does what the arguments say and reports it.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("events", flag.ContinueOnError)
	var set settings
	flags.StringVar(&set.environment, "environment", "dev", "dev, staging or prod")
	set.Flags(flags)
	flags.StringVar(&set.API, "api", "", "with --local: URL of its HTTP API")
	flags.StringVar(&set.DynamoDB, "dynamodb", "", "with --local: URL of its DynamoDB")
	if err := set.Parse(flags, args); err != nil {
		return err
	}
	replay := flag.NewFlagSet("replay", flag.ContinueOnError)
	id := replay.String("id", "", "the event's id, as list shows it")
	all := replay.Bool("all", false, "all dead letters")
	since := replay.Duration("since", 0, "what was recorded within so long, at most 168h")
	command := flags.Arg(0)
	switch command {
	case "list":
		if flags.NArg() > 1 {
			return errors.New("list takes no arguments")
		}
	case "replay":
		if err := replay.Parse(flags.Args()[1:]); err != nil {
			return err
		}
		chosen := 0
		for _, given := range []bool{*id != "", *all, *since != 0} {
			if given {
				chosen++
			}
		}
		if chosen != 1 || replay.NArg() > 0 {
			return errors.New("replay takes one of --id, --all, --since")
		}
		if *since < 0 || *since > kept {
			return fmt.Errorf("--since: the outbox keeps events for %s", kept)
		}
	default:
		return fmt.Errorf("%q is neither list nor replay; -h lists the flags", cmp.Or(command, ""))
	}
	clients, err := set.connect(ctx)
	if err != nil {
		return err
	}
	switch {
	case command == "list":
		return list(ctx, clients, out)
	case *since != 0:
		return clients.publishAgain(ctx, time.Now().Add(-*since), out)
	}
	return replayDead(ctx, clients, *id, out)
}

// kept is how long the outbox keeps an event.
const kept = 7 * 24 * time.Hour
