package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/scripts/deploy/fakeaws"
)

// TestMain makes this program the AWS CLI or the SAM CLI when it is called by such a name.
func TestMain(m *testing.M) {
	if name := filepath.Base(os.Args[0]); name == "aws" || name == "sam" {
		os.Exit(fakeaws.Main(os.Args, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

var (
	section = regexp.MustCompile(`(?m)^## (.*)$`)
	block   = regexp.MustCompile("(?s)```sh\n(.*?)```")
	inline  = regexp.MustCompile("`([^`<]+)`")
	onAWS   = regexp.MustCompile(`(^|\| |\$\()(aws [a-z]|make deploy|scripts/deploy\.sh)`)
)

// commandsOnAWS are the blocks and the commands within the text of each section that need an
// account.
func commandsOnAWS(page string) (sections []string, commands map[string][]string) {
	commands = map[string][]string{}
	starts := section.FindAllStringSubmatchIndex(page, -1)
	for i, at := range starts {
		end := len(page)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		name, text := page[at[2]:at[3]], page[at[1]:end]
		sections = append(sections, name)
		for _, m := range block.FindAllStringSubmatch(text, -1) {
			if onAWS.MatchString(m[1]) {
				commands[name] = append(commands[name], m[1])
			}
		}
		for _, m := range inline.FindAllStringSubmatch(block.ReplaceAllString(text, ""), -1) {
			if onAWS.MatchString(m[1]) && strings.Count(m[1], " ") > 1 {
				commands[name] = append(commands[name], m[1])
			}
		}
	}
	return sections, commands
}

// place is a copy of the project with an account beside it.
type place struct {
	folder, account string
	env             []string
}

func newPlace(t *testing.T, k *desk) *place {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	p := &place{folder: t.TempDir()}
	bin := t.TempDir()
	p.account = filepath.Join(bin, "account.json")
	link := func(from, to string) {
		if err := os.Symlink(from, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range entries {
		if e.Name() != "samconfig.toml" {
			link(filepath.Join(root, e.Name()), filepath.Join(p.folder, e.Name()))
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link(self, filepath.Join(bin, "aws"))
	link(self, filepath.Join(bin, "sam"))
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := fakeaws.Read(p.account)
		if err == nil {
			var body []byte
			if body, err = c.Get(c.URL + r.URL.Path); err == nil {
				w.Write(body)
				return
			}
		}
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}))
	t.Cleanup(api.Close)
	p.change(t, k, func(c *fakeaws.Cloud) { c.URL, c.Template = api.URL, k.cloud.Template })
	p.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "FAKE_AWS="+p.account, "SAM="+filepath.Join(bin, "sam"), "GOFLAGS=-buildvcs=false -trimpath")
	return p
}

// change changes the account, and writes samconfig.toml as the operator's desk has it.
func (p *place) change(t *testing.T, k *desk, change func(*fakeaws.Cloud)) {
	t.Helper()
	c := &fakeaws.Cloud{}
	if known, err := fakeaws.Read(p.account); err == nil {
		c = known
	}
	change(c)
	if err := c.Write(p.account); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.folder, "samconfig.toml"), []byte(k.config()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOperationsOnAWS runs every command of docs/OPERATIONS.md that needs an account, in the order
// of the page, the removal last.
func TestOperationsOnAWS(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	k := open(t, "us-east-1", "us-east-2", "us-west-2")
	p := newPlace(t, k)
	before := map[string]func(c *fakeaws.Cloud){
		"Add a region":  func(*fakeaws.Cloud) { k.members = append(k.members, "sa-east-1") },
		"Lose a region": func(c *fakeaws.Cloud) { c.Down["us-east-1"] = true; k.parameters["IdentityHome"] = "us-east-2" },
	}
	back := func(c *fakeaws.Cloud) { c.Down["us-east-1"] = false }
	sections, commands := commandsOnAWS(string(page))
	last := slices.Index(sections, "Remove an environment")
	sections = append(slices.Delete(sections, last, last+1), "Remove an environment")
	ran := 0
	for _, name := range sections {
		if change := before[name]; change != nil {
			p.change(t, k, change)
		}
		for _, command := range commands[name] {
			if strings.Contains(command, "REGIONS=us-east-1\n") {
				p.change(t, k, back)
			}
			if name == "Lose a region" && len(k.members) == 4 && strings.Contains(command, `REGIONS="us-east-2 us-west-2"`) {
				command = strings.Replace(command, "us-west-2", "us-west-2 sa-east-1", 1) // the page has three regions
			}
			cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", command)
			cmd.Dir, cmd.Env, cmd.Stdin = p.folder, p.env, strings.NewReader("prod\n")
			begin := time.Now()
			output, err := cmd.CombinedOutput()
			t.Logf("%s: %s: %s", name, strings.TrimSpace(command), time.Since(begin))
			if err != nil {
				t.Fatalf("%s: %s: %v\n%s", name, command, err, output)
			}
			ran++
		}
	}
	c, err := fakeaws.Read(p.account)
	if err != nil || len(c.Stacks)+len(c.Buckets) > 0 || len(c.Secrets["us-east-1/lyceum-prod/keys"]) < 2 || ran < 10 {
		t.Errorf("%v; after %d commands there are %d stacks, %d buckets, keys %q", err, ran, len(c.Stacks), len(c.Buckets), c.Secrets)
	}
}
