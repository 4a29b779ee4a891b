// Command deploy brings an environment to AWS, region by region, or removes it: scripts/deploy.sh ENV [REGION…]. docs/OPERATIONS.md says
// when to run it and what to do when it stops.
//
// It changes AWS through the AWS CLI and the SAM CLI alone and prints each such command before it
// runs it, so that every step can be repeated by hand. Running it again is safe: what is as it
// should be is left alone.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"
)

const usage = `usage: scripts/deploy.sh [--plan] [--yes] [--unwatched] ENV [REGION…]   build and deploy; without regions, all of the environment
       scripts/deploy.sh [--yes] --remove ENV                           remove the environment and all its data
--plan prints the commands that change something and runs none. --yes asks nothing. --unwatched deploys a fix while an alarm is on.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	config, err := os.ReadFile("samconfig.toml")
	if err == nil {
		err = command(ctx, string(config), os.Args[1:], os.Stdin, os.Stdout, real{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "deploy:", err)
		stop()
		os.Exit(1)
	}
}

// world is what a deployment acts on.
type world interface {
	// Run runs a command and shows what it prints; Ask returns what it prints.
	Run(ctx context.Context, command []string, out io.Writer) error
	Ask(ctx context.Context, command []string) ([]byte, error)
	// Get returns the body of an answer of 200.
	Get(ctx context.Context, url string) ([]byte, error)
	Sleep(ctx context.Context, d time.Duration) error
}

// command reads the command line and does what it says, with the environments of samconfig.toml.
func command(ctx context.Context, config string, args []string, in io.Reader, out io.Writer, w world) error {
	flags := flag.NewFlagSet("deploy", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() { fmt.Fprint(out, usage) }
	plan := flags.Bool("plan", false, "print the commands that change something and run none")
	yes := flags.Bool("yes", false, "ask nothing")
	unwatched := flags.Bool("unwatched", false, "deploy without rollback triggers")
	remove := flags.Bool("remove", false, "remove the environment")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("which environment? make deploy ENV=dev")
	}
	env := flags.Arg(0)
	members, err := parseMembers(config, env)
	if err != nil {
		return err
	}
	d := &deployment{
		env: env, members: members, plan: *plan, unwatched: *unwatched, world: w, out: out,
		state: map[string]*stack{}, down: map[string]error{}, keys: map[string]string{}, alarms: map[string]string{},
	}
	if d.selected, err = choose(members, flags.Args()[1:]); err != nil {
		return err
	}
	d.confirm = func(question string) error {
		if *yes || *plan {
			return nil
		}
		fmt.Fprintf(out, "%s Type %s to go on: ", question, env)
		if answer, _ := bufio.NewReader(in).ReadString('\n'); strings.TrimSpace(answer) != env {
			return errors.New("nothing was changed")
		}
		return nil
	}
	if *remove {
		return d.remove(ctx)
	}
	return d.deploy(ctx)
}

// real runs commands on this machine. SAM names another program for scripts/sam.sh.
type real struct{}

func program(ctx context.Context, command []string) *exec.Cmd {
	name := command[0]
	if name == "scripts/sam.sh" {
		name = cmp.Or(os.Getenv("SAM"), name)
	}
	cmd := exec.CommandContext(ctx, name, command[1:]...)
	cmd.Env = append(os.Environ(), "AWS_MAX_ATTEMPTS=2", "AWS_PAGER=") // a region that is down is found out within a minute
	return cmd
}

func (real) Run(ctx context.Context, command []string, out io.Writer) error {
	cmd := program(ctx, command)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	return cmd.Run()
}

func (real) Ask(ctx context.Context, command []string) ([]byte, error) {
	output, err := program(ctx, command).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, errors.New(strings.TrimSpace(string(exit.Stderr)))
	}
	return output, err
}

func (real) Get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %s", url, answer.Status, body)
	}
	return body, err
}

func (real) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
