package stack_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lyceum/local/stack"
)

// secretFile is where the template's one secret is kept.
func secretFile(dir string) string { return filepath.Join(dir, "secrets", "lyceum-dev_keys.json") }

func TestSecrets(t *testing.T) {
	t.Parallel()
	keys := func(s *stack.Stack) string {
		env := s.Environment(function(t, s, "auth/login"), "", "")
		return env["SIGNING_KEYS"] + env["VERIFYING_KEYS"]
	}
	t.Run("are kept over restarts, for the owner's eyes alone", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		first, second := load(t, dir), load(t, dir)
		if keys(first) == "" || keys(first) != keys(second) {
			t.Error("the second start has other keys than the first")
		}
		if runtime.GOOS == "windows" { // has no such modes
			return
		}
		for file, want := range map[string]fs.FileMode{secretFile(dir): 0o600, filepath.Dir(secretFile(dir)): fs.ModeDir | 0o700} {
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() != want {
				t.Errorf("%s has mode %v, want %v", file, info.Mode(), want)
			}
		}
	})
	t.Run("differ between folders and are forgotten without one", func(t *testing.T) {
		t.Parallel()
		seen := map[string]bool{}
		for _, dir := range []string{t.TempDir(), t.TempDir(), "", ""} {
			seen[keys(load(t, dir))] = true
		}
		if len(seen) != 4 {
			t.Errorf("%d different keys in 4 starts, want 4", len(seen))
		}
	})
	t.Run("that a start left half written are made anew", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, secretFile(dir)+".new", `{"signing":"half`)
		first, second := load(t, dir), load(t, dir)
		if keys(first) != keys(second) {
			t.Error("the second start has other keys than the first")
		}
	})
	for name, text := range map[string]string{
		"half a file": `{"signing":"s3cr3t-material`, "another type": `{"signing":["s3cr3t-material"]}`, "a string": `"s3cr3t-material"`,
		"no JSON": `s3cr3t-material`, "a missing key": `{"other":"s3cr3t-material"}`, "nothing": ``,
	} {
		t.Run("that are broken are refused by file name and never quoted: "+name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := write(t, secretFile(dir), text)
			_, err := stack.Load(stack.Options{Template: theTemplate, Region: "us-east-1", Dir: dir})
			if err == nil || !strings.Contains(err.Error(), "lyceum-dev") {
				t.Fatalf("got %v, want an error that names the secret", err)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error quotes the secret: %v", err)
			}
			if kept, err := os.ReadFile(file); err != nil || string(kept) != text {
				t.Errorf("the file is now %q, %v; want it untouched", kept, err)
			}
		})
	}
	t.Run("that cannot be kept stop the start", func(t *testing.T) {
		t.Parallel()
		dir := write(t, filepath.Join(t.TempDir(), "file"), "not a folder")
		if _, err := stack.Load(stack.Options{Template: theTemplate, Region: "us-east-1", Dir: dir}); err == nil {
			t.Error("got no error")
		}
	})
}
