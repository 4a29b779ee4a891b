package tool_test

import (
	"flag"
	"io"
	"strings"
	"testing"

	"lyceum/cmd/internal/tool"
	"lyceum/local/address"
)

// parse reads arguments as the commands do.
func parse(args string) (tool.Target, error) {
	var target tool.Target
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	target.Flags(flags)
	target.EndpointFlag(flags)
	target.S3Flag(flags)
	err := target.Parse(flags, strings.Fields(args))
	return target, err
}

func TestLocalIsTheEnvironmentOfTheDataFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := address.Write(dir, []address.Region{
		{Name: "us-east-1", API: "http://localhost:3010", DynamoDB: "http://localhost:8010", S3: "http://localhost:9010"},
		{Name: "eu-west-1", API: "http://localhost:3011", DynamoDB: "http://localhost:8011", S3: "http://localhost:9011"},
	}); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string][4]string{
		"":                                 {"us-east-1", "http://localhost:3010", "http://localhost:8010", "http://localhost:9010"},
		"--region eu-west-1":               {"eu-west-1", "http://localhost:3011", "http://localhost:8011", "http://localhost:9011"},
		"--endpoint http://127.0.0.1:8123": {"us-east-1", "http://localhost:3010", "http://127.0.0.1:8123", "http://localhost:9010"},
	} {
		target, err := parse("--local --data " + dir + " " + args)
		got := [4]string{target.Region, target.API, target.DynamoDB, target.S3}
		if err != nil || got != want {
			t.Errorf("%q: got %v (%v), want %v", args, got, err, want)
		}
	}
	if _, err := parse("--local --data " + dir + " --region eu-west-3"); err == nil || !strings.Contains(err.Error(), "eu-west-3") {
		t.Errorf("another region: got %v", err)
	}
}

func TestLocalWithoutAnEnvironmentSaysWhatToStart(t *testing.T) {
	t.Parallel()
	if _, err := parse("--local --data " + t.TempDir()); err == nil || !strings.Contains(err.Error(), "go run ./local") {
		t.Errorf("got %v", err)
	}
	target, err := parse("--local --endpoint http://127.0.0.1:8123 --data " + t.TempDir())
	if err != nil || target.S3 == "" {
		t.Errorf("got S3 %q (%v): AWS would be asked", target.S3, err)
	}
}
