package lambda_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lyceum/local/lambda"
)

// speaker is a function that speaks the Runtime API by itself, so that its module needs nothing but the standard library.
const speaker = `package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			os.Exit(1)
		}
		event, _ := io.ReadAll(next.Body)
		if strings.Contains(string(event), "slow") {
			time.Sleep(3 * time.Second)
		}
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		answer, err := http.Post(api+id+"/response", "application/json", strings.NewReader(words()))
		if err != nil {
			os.Exit(1)
		}
		answer.Body.Close()
		next.Body.Close()
	}
}
`

const words = "package main\n\nfunc words() string { return `\"WORDS\"` }\n"

// newModule writes a module of its own with two functions, speak and other.
func newModule(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "go.mod", "module example\n\ngo 1.26\n")
	for _, name := range []string{"speak", "other"} {
		write(t, root, "functions/"+name+"/main.go", speaker)
		write(t, root, "functions/"+name+"/words.go", strings.Replace(words, "WORDS", "first", 1))
	}
	return root
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	name = filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func newBuilder(t *testing.T, root string) *lambda.Builder {
	t.Helper()
	b, err := lambda.NewBuilder(root, filepath.Join(t.TempDir(), "bin"), []string{"./functions/speak", "./functions/other", "./functions/speak"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBuild(t *testing.T) {
	t.Parallel()
	ctx, root := context.Background(), newModule(t)
	b := newBuilder(t, root)
	var progress bytes.Buffer
	first, err := b.Build(ctx, &progress)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("every package becomes an executable named bootstrap, with progress shown", func(t *testing.T) {
		for _, pkg := range []string{"./functions/speak", "./functions/other"} {
			if info, err := os.Stat(first[pkg]); err != nil || info.Mode()&0o100 == 0 || !strings.HasPrefix(filepath.Base(first[pkg]), "bootstrap") {
				t.Errorf("executable of %s = %q (%v), want a bootstrap", pkg, first[pkg], err)
			}
		}
		if text := progress.String(); !strings.HasPrefix(text, "building 2 functions\n") || !strings.Contains(text, "built 2 functions in ") {
			t.Errorf("progress = %q", text)
		}
	})
	t.Run("code that did not change keeps its executable", func(t *testing.T) {
		write(t, root, "functions/speak/words.go", strings.Replace(words, "WORDS", "second", 1))
		second, err := b.Build(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if second["./functions/speak"] == first["./functions/speak"] || second["./functions/other"] != first["./functions/other"] {
			t.Errorf("executables = %v, want a new one of speak alone; before: %v", second, first)
		}
		if _, err := os.Stat(first["./functions/speak"]); err != nil {
			t.Errorf("the executable in use until now is gone: %v", err)
		}
	})
	t.Run("a compile error names file and line", func(t *testing.T) {
		write(t, root, "functions/speak/words.go", "package main\n\nfunc words() string { return undefinedName }\n")
		_, err := b.Build(ctx, nil)
		var build *lambda.BuildError
		if want := "functions/speak/words.go:3:30: undefined: undefinedName"; !errors.As(err, &build) || !strings.Contains(filepath.ToSlash(build.Output), want) {
			t.Errorf("error = %v, want %q", err, want)
		}
		if build != nil && strings.Contains(build.Output, "\nexample/") {
			t.Errorf("output = %q, want no progress in it", build.Output)
		}
	})
	t.Run("a cancelled build says so", func(t *testing.T) {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := b.Build(ended, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v, want %v", err, context.Canceled)
		}
	})
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	root := newModule(t)
	write(t, root, "functions/library/library.go", "package library\n")
	for _, test := range []struct {
		sentence, want string
		packages       []string
	}{
		{"two packages of one name", "would both be built as get", []string{"./functions/users/get", "./functions/uploads/get"}},
		{"a path that is not clean", "not a clean path", []string{"./functions/../x"}},
		{"an import path", "not a clean path", []string{"example/functions/speak"}},
		{"a package that does not exist", "functions/none", []string{"./functions/none"}},
		{"a package that is no command", "is it a main package", []string{"./functions/speak", "./functions/library"}},
	} {
		t.Run(test.sentence, func(t *testing.T) {
			t.Parallel()
			b, err := lambda.NewBuilder(root, t.TempDir(), test.packages)
			if err == nil {
				_, err = b.Build(context.Background(), nil)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
		})
	}
}

func TestBuildWithoutGo(t *testing.T) {
	b := newBuilder(t, newModule(t))
	t.Setenv("PATH", t.TempDir())
	if _, err := b.Build(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "install Go from") {
		t.Errorf("error = %v, want how to install Go", err)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	root := newModule(t)
	b := newBuilder(t, root)
	binaries, err := b.Build(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	logs := &logBuffer{}
	log := slog.New(slog.NewTextHandler(logs, nil))
	pool, err := lambda.New(lambda.Options{Log: log, Functions: []lambda.Function{
		{Name: "Probe", Package: "./functions/speak", Timeout: time.Minute},
		{Name: "Other", Package: "./functions/other"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.Deploy(binaries); err != nil {
		t.Fatal(err)
	}
	say := func(name, event string) string {
		response, err := pool.Invoke(context.Background(), name, []byte(event))
		if err != nil {
			return err.Error()
		}
		return string(response)
	}
	if got := say("Probe", `{}`) + say("Other", `{}`); got != `"first""first"` {
		t.Fatalf("answers = %s", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- b.Watch(ctx, []string{"functions"}, log, func(next lambda.Binaries) {
			if err := pool.Deploy(next); err != nil {
				t.Error(err)
			}
		})
	}()
	time.Sleep(200 * time.Millisecond) // until the folders are watched

	t.Run("a change that does not compile is logged and the old code serves on", func(t *testing.T) {
		write(t, root, "functions/speak/words.go", "package main\n\nfunc words() string { return wrong }\n")
		eventually(t, "the error is logged", func() bool { return strings.Contains(logs.String(), "undefined: wrong") })
		if got := say("Probe", `{}`); got != `"first"` {
			t.Errorf("answer = %s, want first", got)
		}
	})
	t.Run("a change in a new folder is served, and a running request finishes on the old code", func(t *testing.T) {
		slow := make(chan string, 1)
		go func() { slow <- say("Probe", `{"slow":true}`) }()
		write(t, root, "functions/words/words.go", "package words\n\nconst Words = `\"second\"`\n")
		write(t, root, "functions/speak/words.go", "package main\n\nimport \"example/functions/words\"\n\nfunc words() string { return words.Words }\n")
		write(t, root, "functions/speak/words.go", "package main\n\nimport w \"example/functions/words\"\n\nfunc words() string { return w.Words }\n")
		eventually(t, "the new code answers", func() bool { return say("Probe", `{}`) == `"second"` })
		if got := <-slow; got != `"first"` {
			t.Errorf("answer of the request before = %s, want first", got)
		}
		write(t, root, "functions/words/words.go", "package words\n\nconst Words = `\"third\"`\n")
		eventually(t, "the newer code answers", func() bool { return say("Probe", `{}`) == `"third"` })
	})
	t.Run("a function whose code did not change keeps its process", func(t *testing.T) {
		say("Other", `{}`)
		if got := strings.Count(logs.String(), `msg="cold start" function=Other`); got != 1 {
			t.Errorf("%d cold starts of Other, want 1:\n%s", got, logs)
		}
	})
	t.Run("tests and hidden files cause no rebuild", func(t *testing.T) {
		before := strings.Count(logs.String(), "rebuil")
		write(t, root, "functions/speak/main_test.go", "package main\n")
		write(t, root, "functions/speak/.main.go.swp", "x")
		write(t, root, "functions/speak/testdata/x.go", "x")
		time.Sleep(600 * time.Millisecond)
		if got := strings.Count(logs.String(), "rebuil"); got != before {
			t.Errorf("%d rebuilds, want %d:\n%s", got, before, logs)
		}
	})
	t.Run("it ends with its context", func(t *testing.T) {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("error = %v", err)
		}
	})
}
