// Command openapi writes docs/openapi.yaml, the HTTP API for those who call it: the routes are template.yaml's, the words README.md's, and
// what goes in and out are the types in the functions' code. A test fails when the page is not what this command would write.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"lyceum/local/template"
)

const page = "docs/openapi.yaml"

func main() {
	text, err := document(".")
	if err == nil {
		err = os.WriteFile(page, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

// object is a YAML mapping; its members are written in the order of their names.
type object map[string]any

// api is the document; its members are written in this order.
type api struct {
	OpenAPI    string
	Info       object
	Servers    []object
	Paths      map[string]object
	Components object
}

// document describes the project at root.
func document(root string) ([]byte, error) {
	stack, err := template.Load(filepath.Join(root, "template.yaml"), template.Options{
		Region: "us-east-1", AccountID: "000000000000", StackName: "lyceum-dev", Secret: func(string, string) (string, error) { return "secret", nil },
	})
	if err != nil {
		return nil, err
	}
	said, err := told(filepath.Join(root, "README.md"))
	if err != nil {
		return nil, err
	}
	types := newTypes(root)
	paths := map[string]object{}
	for _, f := range stack.Functions {
		if len(f.Routes) == 0 {
			continue
		}
		c, err := readUseCase(types, strings.TrimPrefix(filepath.ToSlash(filepath.Clean(f.CodeURI)), "functions/"))
		if err != nil {
			return nil, err
		}
		for i, r := range f.Routes {
			if r.Path == "$default" {
				continue
			}
			if paths[r.Path] == nil {
				paths[r.Path] = object{}
			}
			paths[r.Path][strings.ToLower(r.Method)] = c.operation(r.Method, r.Path, said[r.Method+" "+r.Path], i == 0)
		}
	}
	types.named["Failure"] = failure
	types.named["Pagination"], err = types.schema(types.shared("httpapi"), "Pagination")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("# Made by `go run ./scripts/openapi` from template.yaml, README.md and the functions' code. Do not edit.\n")
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err = encoder.Encode(api{
		OpenAPI: "3.1.0",
		Info: object{
			"title": "Lyceum", "version": "1", "license": object{"name": "Apache 2.0", "identifier": "Apache-2.0"},
			"description": "A backend for learning platforms. Lists are read page by page: `cursor` is the answer's `pagination.nextCursor`.",
		},
		Servers: []object{{"url": "http://localhost:3000", "description": "go run ./local"}},
		Paths:   paths,
		Components: object{
			"schemas": types.named, "responses": responses,
			"securitySchemes": object{"accessToken": object{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
		},
	})
	return out.Bytes(), err
}

var row = regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\| (.*) \\|$")

// told is what README.md says of each route.
func told(readme string) (map[string]string, error) {
	text, err := os.ReadFile(readme)
	said := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		said[m[1]] = m[2]
	}
	return said, err
}
