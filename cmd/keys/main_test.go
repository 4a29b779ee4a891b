package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"lyceum/shared/auth"
)

// asCommand in the environment makes this test binary the command. A binary built by the test would not be part of what `go test` looks at
// before it takes a result from its cache.
const asCommand = "LYCEUM_TEST_KEYS"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// result is what the command wrote.
type result struct {
	out, err string
	ok       bool
}

// start runs the command as a process of its own.
func start(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0") // else each process waits a second under -race
	var out, err bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &err
	failed := cmd.Run()
	return result{out.String(), err.String(), failed == nil}
}

// good is the secret that a command wrote, and how it describes its keys.
func good(t *testing.T, r result) (auth.Secret, []string) {
	t.Helper()
	secret, err := auth.ParseSecret([]byte(r.out))
	if !r.ok || err != nil || r.err != secret.Describe() {
		t.Fatalf("got %+v, %v; want a secret, and its description %q", r, err, secret.Describe())
	}
	return secret, strings.Split(strings.TrimSpace(r.err), "\n")
}

// want checks what is said of the keys in their order, and gives their kids.
func want(t *testing.T, described []string, parts ...string) (kids []string) {
	t.Helper()
	if len(described) != len(parts) {
		t.Fatalf("got %q, want %q", described, parts)
	}
	for i, part := range parts {
		kid, rest, _ := strings.Cut(described[i], " ")
		if kids = append(kids, kid); rest != part {
			t.Errorf("key %d: got %q, want %q", i+1, rest, part)
		}
	}
	return kids
}

func TestTheCommand(t *testing.T) {
	t.Parallel()
	t.Run("makes, rotates, promotes and retires through pipes", func(t *testing.T) {
		t.Parallel()
		made := start(t, "")
		_, said := good(t, made)
		first := want(t, said, "EdDSA signs")
		rotated := start(t, made.out, "rotate")
		_, said = good(t, rotated)
		kids := want(t, said, "EdDSA signs", "EdDSA verifies and waits to sign")
		promoted := start(t, rotated.out, "promote")
		_, said = good(t, promoted)
		if after := want(t, said, "EdDSA signs", "EdDSA verifies only"); after[0] != kids[1] || after[1] != kids[0] || kids[0] != first[0] {
			t.Errorf("first %q, then %q, then %q", first, kids, after)
		}
		retired := start(t, promoted.out, "retire", "--kid", kids[0])
		_, said = good(t, retired)
		if last := want(t, said, "EdDSA signs"); last[0] != kids[1] {
			t.Errorf("%s is left, want %s", last[0], kids[1])
		}
	})
	t.Run("makes another secret each time, of either kind", func(t *testing.T) {
		t.Parallel()
		seen := map[string]bool{}
		for range 3 {
			a, _ := good(t, start(t, ""))
			b, said := good(t, start(t, "", "--hs256"))
			want(t, said, "HS256 signs")
			for _, part := range []string{a.Signing, a.Cursor, a.Refresh, b.Signing, b.Cursor, b.Refresh} {
				seen[part] = true
			}
		}
		if len(seen) != 18 {
			t.Errorf("%d different keys, want 18", len(seen))
		}
	})
	whole := start(t, "").out
	t.Run("D15: refuses what is malformed, weak or not asked for, and writes nothing", func(t *testing.T) {
		t.Parallel()
		kid := strings.Fields(start(t, whole, "rotate").err)[0]
		for name, c := range map[string]struct {
			stdin string
			args  []string
		}{
			"no input":              {"", []string{"rotate"}},
			"half a secret":         {whole[:len(whole)/2], []string{"rotate"}},
			"text":                  {"your-secret-here", []string{"promote"}},
			"a weak key":            {whole[:strings.LastIndex(whole, `":"`)] + `":"YQ"}`, []string{"rotate"}},
			"64 KiB":                {whole + strings.Repeat(" ", 64<<10), []string{"rotate"}},
			"nothing waits":         {whole, []string{"promote"}},
			"the key that signs":    {whole, []string{"retire", "--kid", kid}},
			"no kid":                {whole, []string{"retire"}},
			"a command nobody has":  {whole, []string{"delete"}},
			"an argument too many":  {whole, []string{"rotate", "now"}},
			"a flag of another":     {whole, []string{"rotate", "--hs256"}},
			"a file that is absent": {whole, []string{"rotate", "--file", filepath.Join(t.TempDir(), "absent")}},
		} {
			r := start(t, c.stdin, c.args...)
			if r.ok || r.out != "" || !strings.Contains(r.err, "keys: ") || strings.Contains(r.err, "your-secret") {
				t.Errorf("%s: got %+v, want a refusal", name, r)
			}
		}
	})
}

func TestTheCommandWorksOnAFileInPlace(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "lyceum-dev_keys.json")
	read := func() string {
		t.Helper()
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	do := func(args ...string) []string {
		t.Helper()
		r := start(t, "", append(args, "--file", file)...)
		if r.out != "" {
			t.Errorf("%q writes %q to standard output", args, r.out)
		}
		r.out = read()
		_, said := good(t, r)
		info, err := os.Stat(file)
		if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("mode %v (%v), want 0600", info.Mode(), err)
		}
		return said
	}
	want(t, do(), "EdDSA signs")
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	old := want(t, do("rotate"), "EdDSA signs", "EdDSA verifies and waits to sign")[0]
	want(t, do("promote"), "EdDSA signs", "EdDSA verifies only")
	before := read()
	for _, args := range [][]string{{}, {"--hs256"}, {"promote"}, {"retire", "--kid", "nobody"}} {
		if r := start(t, "", append(args, "--file", file)...); r.ok || read() != before {
			t.Errorf("%q: got %+v, want a refusal and the file as it was", args, r)
		}
	}
	want(t, do("retire", "--kid", old), "EdDSA signs")
	var parts map[string]string // as the local stack reads it
	if err := json.Unmarshal([]byte(read()), &parts); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(filepath.Dir(file)); err != nil || len(entries) != 1 {
		t.Errorf("%v (%v) are left, want the file alone", entries, err)
	}
}
