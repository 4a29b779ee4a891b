package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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
	c := &cloud{dir: dir, client: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
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

// answer is what a call brought; status 0 means that nobody knows what became of it.
type answer struct {
	status int
	data   json.RawMessage
}

// call sends a request to a region.
func (c *cloud) call(region int, method, path, token string, body any) answer {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	if body == nil {
		text = nil
	}
	req, err := http.NewRequest(method, c.apis[region]+path, bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	var out struct{ Data json.RawMessage }
	if text, err = io.ReadAll(res.Body); err != nil {
		return answer{}
	}
	_ = json.Unmarshal(text, &out)
	if out.Data == nil {
		out.Data = text
	}
	return answer{res.StatusCode, out.Data}
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

func (c *cloud) quiet() error {
	for range 20 {
		if got := c.call(0, "GET", "/_local/regions/quiet?wait=10s", "", nil); got.status == http.StatusNoContent {
			return nil
		}
	}
	return errors.New("not everything has arrived long after healing")
}

// trouble changes the world until ctx ends. At most one region at a time is isolated or stopped, for up to 20 s.
func trouble(ctx context.Context, c *cloud, random *rand.Rand) {
	wait := func(most time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(random.Int64N(int64(most)))):
		}
	}
	for ctx.Err() == nil {
		region := c.names[random.IntN(len(c.names))]
		a := random.IntN(len(c.names))
		link := map[string]any{"do": "link", "a": c.names[a], "b": c.names[(a+1)%len(c.names)]}
		var undo map[string]any
		switch random.IntN(6) {
		case 0, 1:
			link["lag"], link["jitter"] = fmt.Sprint(random.IntN(400), "ms"), fmt.Sprint(random.IntN(400), "ms")
			_ = c.change(link)
		case 2:
			link["cut"] = true
			undo = map[string]any{"do": "link", "a": link["a"], "b": link["b"], "cut": false}
			_ = c.change(link)
		case 3:
			undo = map[string]any{"do": "rejoin", "region": region}
			_ = c.change(map[string]any{"do": "isolate", "region": region})
		case 4:
			undo = map[string]any{"do": "start", "region": region}
			_ = c.change(map[string]any{"do": "stop", "region": region})
		case 5:
			_ = c.change(map[string]any{"do": "skew", "region": region, "by": fmt.Sprint(random.IntN(1000)-500, "ms")})
		}
		wait(10 * time.Second)
		if undo != nil {
			_ = c.change(undo)
			wait(5 * time.Second)
		}
	}
}

// weaken copies the tracked source to a folder and puts a mistake back.
func weaken(mutant, root string) error {
	edits := map[string][]edit{
		// One item for all regions instead of one for each.
		"plain-counters": {
			{"shared/platform/learning.go", "Region: e.Region(), Regions: e.Regions()", `Region: "all", Regions: []string{"all"}`},
			{"shared/platform/likes.go", "Region: e.Region(), Regions: e.Regions()", `Region: "all", Regions: []string{"all"}`},
		},
		// Each region decides by its own replica who has an address.
		"claim-anywhere": {{"shared/dynamo/accounts.go", "if a.Home == nil {", "if a.Home == nil || true {"},
			{"template.yaml", "MultiRegionConsistency: !If [IsStrong, STRONG, EVENTUAL]", "MultiRegionConsistency: EVENTUAL"}},
		// The best score is that of the region that is read last.
		"arrival-order": {{"shared/domain/progress.go", "all.BestScore = max(all.BestScore, s.BestScore)", "all.BestScore = s.BestScore"}},
	}[mutant]
	if edits == nil {
		return fmt.Errorf("there is no mutant %q", mutant)
	}
	files, err := exec.Command("git", "ls-files", "-z").Output()
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, e := range edits {
			if e.file != name {
				continue
			}
			changed := strings.Replace(string(text), e.old, e.new, 1)
			if changed == string(text) {
				return fmt.Errorf("%s does not contain %q any more", name, e.old)
			}
			text = []byte(changed)
		}
		to := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

type edit struct{ file, old, new string }
