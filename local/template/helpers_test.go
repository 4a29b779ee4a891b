package template_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lyceum/local/template"
)

func options() template.Options {
	return template.Options{
		Region: "eu-west-1", AccountID: "123456789012", StackName: "stack",
		Secret: func(name, key string) (string, error) {
			if key == "lost" {
				return "", errors.New("no such key")
			}
			return "<" + name + " " + key + ">", nil
		},
	}
}

func write(t *testing.T, text string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "t.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func load(t *testing.T, text string, o template.Options) *template.Stack {
	t.Helper()
	s, err := template.Load(write(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantProblem loads a template that must be refused with the one problem, on the line that has the comment "# here".
func wantProblem(t *testing.T, text, want string, o template.Options) {
	t.Helper()
	before, _, ok := strings.Cut(text, "# here")
	if !ok {
		t.Fatal("no line is marked")
	}
	file := write(t, text)
	_, err := template.Load(file, o)
	if err == nil {
		t.Fatalf("got no error, want %q", want)
	}
	if got, want := err.Error(), fmt.Sprintf("%s:%d: %s", file, strings.Count(before, "\n")+1, want); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("got more than one line:\n%v", err)
	}
}
