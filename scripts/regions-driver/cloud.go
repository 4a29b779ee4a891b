package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// cloud is the three regions.
type cloud struct {
	names, apis, dynamoDBs []string
	client                 *http.Client
	cmd                    *exec.Cmd
	dir                    string
}

var regionLine = regexp.MustCompile(`(?m)^  ([a-z0-9-]+) +(http://\S+)/api +(http://\S+) +http://\S+$`)

// startCloud builds the command of this project, or of a weakened copy of it, and waits until it serves.
func startCloud(ctx context.Context, o options) (*cloud, error) {
	modes := map[string]string{"strong": "us-east-1,us-east-2,us-west-2", "home": "us-east-1,eu-west-1,ap-northeast-1"}
	if modes[o.mode] == "" {
		return nil, fmt.Errorf("--mode %q is not strong or home", o.mode)
	}
	dir, err := os.MkdirTemp("", "regions-driver-")
	if err != nil {
		return nil, err
	}
	c := &cloud{dir: dir, client: &http.Client{
		Timeout: callLimit, Transport: &http.Transport{MaxIdleConnsPerHost: 100},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	root := "."
	if o.mutant != "" {
		root = filepath.Join(dir, "source")
		if err := weaken(o.mutant, root); err != nil {
			return c, errors.Join(err, os.RemoveAll(dir))
		}
	}
	binary := filepath.Join(dir, "local")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./local")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		return c, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return c, err
	}
	c.cmd = exec.Command(binary, "--port", "0", "--dynamodb-port", "0", "--s3-port", "0", "--data", filepath.Join(dir, "data"), "--regions", modes[o.mode])
	c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = root, log, log
	if err := c.cmd.Start(); err != nil {
		return c, err
	}
	for deadline := time.Now().Add(10 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		text, err := os.ReadFile(log.Name())
		if err != nil {
			return c, err
		}
		if bytes.Contains(text, []byte("\nready at ")) {
			for _, m := range regionLine.FindAllStringSubmatch(string(text), -1) {
				c.names, c.apis, c.dynamoDBs = append(c.names, m[1]), append(c.apis, m[2]), append(c.dynamoDBs, m[3])
			}
			return c, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			c.end()
			return c, fmt.Errorf("the regions are not ready:\n%s", text)
		}
	}
}

func (c *cloud) end() {
	if c.cmd != nil && c.cmd.Process != nil {
		_ = c.cmd.Process.Signal(os.Interrupt)
		_ = c.cmd.Wait()
	}
	os.RemoveAll(c.dir)
}

// change changes the world by way of a region that runs.
func (c *cloud) change(change map[string]any) error {
	var last answer
	for range 10 {
		for region := range c.apis {
			if last = c.call(region, "POST", "/_local/regions", "", change); last.status == http.StatusOK {
				return nil
			}
		}
	}
	return fmt.Errorf("%v: %d %s", change, last.status, last.data)
}

// replay is what operators do after an outage: they send the events again that consumers have failed on for good.
func (c *cloud) replay(ctx context.Context) error {
	sent := 0
	for i, name := range c.names {
		do := func(what ...string) (string, error) {
			arguments := append([]string{"run", "./cmd/events", "--local", "--region", name, "--api", c.apis[i], "--dynamodb", c.dynamoDBs[i]}, what...)
			said, err := exec.CommandContext(ctx, "go", arguments...).CombinedOutput()
			if err != nil {
				err = fmt.Errorf("the dead letters of %s: %w: %s", name, err, said)
			}
			return string(said), err
		}
		dead, err := do("list")
		if err != nil {
			return err
		}
		said, err := do("replay", "--all")
		if err != nil {
			return err
		}
		if n := strings.Count(said, "sent "); n > 0 {
			fmt.Printf("dead letters of %s:\n%s", name, dead)
			sent += n
		}
	}
	fmt.Printf("%d dead letters sent again\n", sent)
	return c.quiet(ctx)
}

// patience is how long everything may take to arrive, and to be consumed: on a busy machine the consumers of counts are minutes behind.
const patience = 20 * time.Minute

// quiet waits until everything that was written has arrived everywhere, and so has what consumers wrote because of it.
func (c *cloud) quiet(ctx context.Context) error {
	for begin := time.Now(); time.Since(begin) < patience && ctx.Err() == nil; {
		if got := c.call(0, "GET", "/_local/regions/quiet?wait=10s", "", nil); got.status == http.StatusNoContent {
			if took := time.Since(begin); took > 10*time.Second {
				fmt.Printf("everything has arrived everywhere after %v\n", took.Round(time.Second))
			}
			return nil
		}
	}
	return fmt.Errorf("not everything has arrived %v after healing", patience)
}
