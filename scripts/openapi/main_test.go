package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"lyceum/local/template"
)

const root = "../.."

func TestTheDocumentIsWhatTheCodeSays(t *testing.T) {
	t.Parallel()
	want, err := document(root)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, page))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the template, README.md and the code say: go run ./scripts/openapi (%v)", page, err)
	}
}

func TestTheDocumentHasEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Paths map[string]map[string]struct {
			OperationID          string `yaml:"operationId"`
			Summary, Description string
			Parameters           []struct{ Name, In string }
			Responses            map[string]any
			Security             []map[string]any
		}
	}
	if err := yaml.Unmarshal(text, &described); err != nil {
		t.Fatal(err)
	}
	var got, want, ids, open []string
	for path, operations := range described.Paths {
		for method, op := range operations {
			route := strings.ToUpper(method) + " " + path
			got, ids = append(got, route), append(ids, op.OperationID)
			if op.Summary == "" || op.Description == "" || op.Responses["default"] == nil {
				t.Errorf("%s: %+v lacks words or the error form", route, op)
			}
			rest := path
			for _, p := range op.Parameters {
				if p.In == "path" {
					rest = strings.Replace(rest, "{"+p.Name+"}", "", 1)
				}
			}
			if strings.Contains(rest, "{") {
				t.Errorf("%s: %v lacks a parameter of the path", route, op.Parameters)
			}
			if len(op.Security) == 0 {
				open = append(open, route)
			}
		}
	}
	stack, err := template.Load(filepath.Join(root, "template.yaml"), template.Options{
		Region: "us-east-1", AccountID: "000000000000", StackName: "lyceum-dev", Secret: func(string, string) (string, error) { return "secret", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range stack.Functions {
		for _, r := range f.Routes {
			if r.Path != "$default" {
				want = append(want, r.Method+" "+r.Path)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("routes:\n got %q\nwant %q", got, want)
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != len(got) {
		t.Errorf("operationId stands twice: %q", ids)
	}
	slices.Sort(open)
	if public := []string{
		"GET /.well-known/jwks.json", "GET /.well-known/security.txt", "GET /api/certificates/keys/{kid}", "GET /api/certificates/{id}", "GET /api/health", "GET /api/health/deep",
		"POST /api/auth/email/change/confirm", "POST /api/auth/email/verify", "POST /api/auth/login", "POST /api/auth/password/forgot",
		"POST /api/auth/password/reset", "POST /api/auth/refresh", "POST /api/auth/register", "POST /api/certificates/verify",
	}; !slices.Equal(open, public) {
		t.Errorf("without an access token:\n got %q\nwant %q", open, public)
	}
}
