package lyceum_test

import (
	"encoding/json"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSAMBuildsEveryFunction: without ContextPath `sam build` finds no Makefile, with SkipBuild it
// says that it succeeded and builds nothing.
func TestSAMBuildsEveryFunction(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?m)^  (\w+):\n    Type: AWS::Serverless::Function\n((?:    .*\n)*)`).FindAllStringSubmatch(string(text), -1)
	if got, want := len(blocks), len(load(t).Functions); got != want {
		t.Fatalf("%d blocks of functions, want %d", got, want)
	}
	for _, block := range blocks {
		if !strings.HasPrefix(block[2], "    Metadata: {ContextPath: .}\n") || strings.Contains(block[2], "SkipBuild") {
			t.Errorf("%s is not built by `sam build`: it needs the line Metadata: {ContextPath: .}", block[1])
		}
	}
}

// TestSampleEventsReachTheirFunctions: each file of events/ has the name of a use case and is what
// its route or rule would hand over.
func TestSampleEventsReachTheirFunctions(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir("events")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(path.Join("events", file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var event struct{ RouteKey, Source string }
		if err := json.Unmarshal(text, &event); err != nil {
			t.Fatalf("%s: %v", file.Name(), err)
		}
		reached := false
		for _, f := range load(t).Functions {
			if path.Base(f.CodeURI)+".json" != file.Name() {
				continue
			}
			for _, r := range f.Routes {
				reached = reached || r.Method+" "+r.Path == event.RouteKey
			}
			for _, r := range f.Rules {
				reached = reached || r.Pattern.Match(text) || event.Source == "aws.s3" && slices.Contains(r.Pattern.Texts("source"), event.Source)
			}
		}
		if !reached {
			t.Errorf("events/%s is not an event of that function", file.Name())
		}
		kinds[event.Source] = true
	}
	for kind, what := range map[string]string{"": "a route", "lyceum": "the bus", "aws.s3": "S3"} {
		if !kinds[kind] {
			t.Errorf("events/ has no event of %s", what)
		}
	}
}
