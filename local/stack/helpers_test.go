package stack_test

import (
	"os"
	"path/filepath"
	"testing"

	"lyceum/local/stack"
	"lyceum/local/template"
)

// theTemplate is the project's.
const theTemplate = "../../template.yaml"

func load(t testing.TB, dir string) *stack.Stack {
	t.Helper()
	s, err := stack.Load(stack.Options{Template: theTemplate, Region: "us-east-1", Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// function is one of the stack's by its source folder.
func function(t testing.TB, s *stack.Stack, folder string) template.Function {
	t.Helper()
	for _, f := range s.Functions {
		if stack.Package(f) == "./functions/"+folder {
			return f
		}
	}
	t.Fatalf("no function for %s", folder)
	return template.Function{}
}

func write(t testing.TB, file, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
