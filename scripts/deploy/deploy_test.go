package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lyceum/scripts/deploy/fakeaws"
)

// desk is an operator's desk: a samconfig.toml and an account.
type desk struct {
	cloud      *fakeaws.Cloud
	members    []string          // regions
	parameters map[string]string // of every region
	version    string
	asked      int // confirmations
	ran        []string
}

func (k *desk) Run(_ context.Context, command []string, out io.Writer) error {
	k.ran = append(k.ran, strings.Join(command, " "))
	if slices.Equal(command, []string{"scripts/sam.sh", "build"}) {
		return nil
	}
	_, err := k.cloud.Run(command, nil)
	return err
}

func (k *desk) Ask(_ context.Context, command []string) ([]byte, error) {
	if command[0] == "git" {
		return []byte(k.version + "\n"), nil
	}
	if slices.Contains(command, "create-job") {
		k.ran = append(k.ran, strings.Join(command, " "))
	}
	output, err := k.cloud.Run(command, nil)
	return []byte(output), err
}

func (k *desk) Get(_ context.Context, url string) ([]byte, error) { return k.cloud.Get(url) }
func (k *desk) Sleep(ctx context.Context, d time.Duration) error  { k.cloud.Sleep(d); return ctx.Err() }

// open gives the environment prod in the regions, home by default, with everything that production
// needs, and its keys.
func open(t *testing.T, regions ...string) *desk {
	t.Helper()
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{cloud: fakeaws.New(string(template)), members: regions, version: "v1", parameters: map[string]string{
		"Environment": "prod", "IdentityConsistency": "home", "AllowedOrigins": "https://learn.example.org", "LinkBaseUrl": "https://learn.example.org",
		"MailFrom": "no-reply@example.org", "AlarmEmail": "ops@example.org", "DomainName": "api.example.org", "HostedZoneId": "Z1",
	}}
	k.aws(t, `create-secret --region `+regions[0]+` --name lyceum-prod/keys --secret-string {}`)
	for _, other := range regions[1:] {
		k.replicateKeys(t, other)
	}
	return k
}

func (k *desk) replicateKeys(t *testing.T, region string) {
	t.Helper()
	k.aws(t, "replicate-secret-to-regions --region "+k.members[0]+" --secret-id lyceum-prod/keys --add-replica-regions Region="+region)
}

func (k *desk) aws(t *testing.T, words string) {
	t.Helper()
	if _, err := k.cloud.Run(append([]string{"aws", "secretsmanager"}, strings.Fields(words)...), nil); err != nil {
		t.Fatal(err)
	}
}

func (k *desk) config() string {
	var b strings.Builder
	for _, region := range k.members {
		p := maps.Clone(k.parameters)
		if p["DomainName"] != "" {
			p["CertificateArn"] = "arn:aws:acm:" + region + ":" + fakeaws.Account + ":certificate/1"
		}
		if len(k.members) > 1 {
			p["Regions"] = strings.Join(k.members, ",")
		}
		var words []string
		for _, name := range slices.Sorted(maps.Keys(p)) {
			words = append(words, name+"="+p[name])
		}
		b.WriteString("[prod-" + region + ".global.parameters]\nstack_name = \"lyceum-prod\"\nregion = \"" + region + "\"\n\n[prod-" + region +
			".deploy.parameters]\nconfirm_changeset = true\nparameter_overrides = \"" + strings.Join(words, " ") + "\"\n\n")
	}
	return b.String()
}

// do runs the command with a plan before it: the plan must change nothing and name exactly the
// commands that are run afterwards.
func (k *desk) do(t *testing.T, args ...string) (changed []string, output string, err error) {
	t.Helper()
	log, planned := len(k.cloud.Log), []string{}
	if args[0] != "--remove" {
		var plan bytes.Buffer
		if err := command(t.Context(), k.config(), append([]string{"--plan"}, args...), nil, &plan, k); err != nil {
			t.Errorf("the plan: %v", err)
		}
		if len(k.cloud.Log) != log || len(k.ran) > 0 {
			t.Errorf("the plan changed something: %q %q", k.cloud.Log[log:], k.ran)
		}
		planned = steps(plan.String())
	}
	var out bytes.Buffer
	err = command(t.Context(), k.config(), args, strings.NewReader("prod\n"), &out, k)
	k.asked = strings.Count(out.String(), "Type prod to go on")
	if done := steps(out.String()); err == nil && args[0] != "--remove" && !slices.Equal(done, planned) {
		t.Errorf("the plan says\n  %s\nand the run did\n  %s", strings.Join(planned, "\n  "), strings.Join(done, "\n  "))
	}
	k.ran = nil
	return slices.Clone(k.cloud.Log[log:]), out.String(), err
}

// steps are the commands that an output shows, each by the words before its values.
func steps(output string) (list []string) {
	for line := range strings.Lines(strings.ReplaceAll(output, "to go on: ", "\n")) {
		words, ok := strings.CutPrefix(line, "+ ")
		if !ok || strings.HasPrefix(words, "curl") {
			continue
		}
		words, _, _ = strings.Cut(words, " --no-confirm")
		words, _, _ = strings.Cut(words, " --use-previous")
		words, _, _ = strings.Cut(words, " --account-id")
		list = append(list, strings.TrimSpace(words))
	}
	return list
}

func must(t *testing.T, output string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
}

// equal compares what was changed in AWS, in its order.
func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// settled checks what must hold after every deployment that ended well.
func (k *desk) settled(t *testing.T) {
	t.Helper()
	for _, region := range k.members {
		s := k.cloud.Stacks[region]
		switch {
		case s == nil || !strings.HasSuffix(s.Status, "_COMPLETE") || strings.Contains(s.Status, "ROLLBACK"):
			t.Errorf("%s: %+v, want a stack that works", region, s)
			continue
		case len(s.Triggers) == 0:
			t.Errorf("%s has no rollback triggers", region)
		case s.Parameters["Version"] != k.version:
			t.Errorf("%s has version %s, want %s", region, s.Parameters["Version"], k.version)
		case k.cloud.Records[region] != "/api/health/deep":
			t.Errorf("%s: DNS asks for %q, want it in DNS by its health", region, k.cloud.Records[region])
		}
		for _, kind := range []string{"content", "uploads"} {
			name := "lyceum-prod-" + kind + "-" + fakeaws.Account + "-" + region
			if b := k.cloud.Buckets[name]; b == nil || len(b.To) != len(k.members)-1 {
				t.Errorf("%s: %+v, want replication to all others", name, b)
			}
		}
	}
	if got, want := len(k.cloud.Protected()), 4*len(k.members); got != want {
		t.Errorf("%d tables are protected against deletion, want %d", got, want)
	}
}
