package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lyceum/local/localtest"
	"lyceum/shared/auth"
	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
)

// example is the file in docs/IMPORT.md.
func example(t testing.TB) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/IMPORT.md")
	must(t, err)
	_, rest, _ := strings.Cut(string(doc), "```jsonl\n")
	lines, _, found := strings.Cut(rest, "```\n")
	if !found || strings.Count(lines, "\n") != 3 {
		t.Fatalf("docs/IMPORT.md has no example of three lines: %q", lines)
	}
	return lines
}

// imports runs the command on a file with the text.
func imports(t testing.TB, stand *localtest.Stand, text string) (string, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "users.jsonl")
	must(t, os.WriteFile(file, []byte(text), 0o600))
	var out bytes.Buffer
	err := run(t.Context(), []string{
		"--local", "--table", stand.Variable("IDENTITY_TABLE"), "--endpoint", stand.Env(t, "auth/login").Lookup("AWS_ENDPOINT_URL_DYNAMODB"), file,
	}, &out)
	return out.String(), err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestU08TheDocumentedFileIsImportedOnce(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	out, err := imports(t, stand, example(t))
	if err != nil || out != "3 accounts made, 0 skipped because their address has one\n" {
		t.Fatalf("got %q, %v", out, err)
	}
	password, err := auth.EnteredPassword("correct horse battery")
	must(t, err)
	accounts := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	for _, name := range []string{"Ada", "Bo", "Cy"} {
		email, err := domain.ParseEmail(name + "@example.org")
		must(t, err)
		user, credential, err := accounts.ByEmail(t.Context(), email)
		must(t, err)
		s := user.State()
		created := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
		if s.Username.String() != name || s.EmailVerified != (name == "Ada") || !s.CreatedAt.Equal(created) || s.Role != domain.Learner {
			t.Errorf("got %+v", s)
		}
		if ok, err := auth.DefaultCost.Matches(password, credential.Hash); err != nil || !ok {
			t.Errorf("%s cannot sign in: %v", name, err)
		}
	}
	before := fmt.Sprint(stand.Items(t, "IDENTITY_TABLE"))
	out, err = imports(t, stand, example(t))
	if err != nil || out != "0 accounts made, 3 skipped because their address has one\n" {
		t.Errorf("again: got %q, %v", out, err)
	}
	if after := fmt.Sprint(stand.Items(t, "IDENTITY_TABLE")); after != before {
		t.Errorf("the second import changed the table:\n%s\n%s", before, after)
	}
}

func TestU08AFileWithAWrongLineStoresNothing(t *testing.T) {
	t.Parallel()
	good, _, _ := strings.Cut(example(t), "\n")
	for name, c := range map[string]struct{ line, want string }{
		"no JSON":                   {"ada@example.org", "line 2: is not a JSON object"},
		"two objects":               {good + good, "line 2: holds more than one"},
		"a field too many":          {strings.Replace(good, `"username"`, `"role":"admin","username"`, 1), "line 2: is not a JSON object"},
		"a bad address":             {strings.Replace(good, "ada@example.org", "ada", 1), "line 2: email: "},
		"markup for a name":         {strings.Replace(good, `"Ada"`, `"<b>"`, 1), "line 2: username: "},
		"a hash of another format":  {strings.Replace(good, "webcrypto-pbkdf2", "argon2id", 1), "line 2: hashFormat: the hash is webcrypto-pbkdf2"},
		"a hash nobody can check":   {strings.Replace(good, "AQgPFh0k", "$2b$12$", 1), "line 2: hash: "},
		"no time":                   {strings.Replace(good, "createdAt", "CreatedBy", 1), "line 2: is not a JSON object"},
		"a time to come":            {strings.Replace(good, "2024", "9024", 1), "line 2: createdAt: "},
		"a time before 1970":        {strings.Replace(good, "2024", "1924", 1), "line 2: createdAt: "},
		"a line of more than 64 KB": {good + strings.Repeat(" ", 64*1024), "line 2: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stand := localtest.New(t)
			_, err := imports(t, stand, good+"\n"+c.line+"\n")
			if err == nil || !strings.Contains(err.Error(), "nothing was stored:\n"+c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			for _, secret := range []string{"AQgPFh0k", "ada@", "<b>"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error repeats %q: %v", secret, err)
				}
			}
			if items := stand.Items(t, "IDENTITY_TABLE"); len(items) != 0 {
				t.Errorf("it stored %v", items)
			}
		})
	}
	t.Run("at most ten are named", func(t *testing.T) {
		t.Parallel()
		_, err := imports(t, localtest.New(t), strings.Repeat("x\n", 50))
		if err == nil || strings.Count(err.Error(), "\n") != 11 {
			t.Errorf("got %v, want ten lines", err)
		}
	})
}

func TestU08AnImportThatWasCutOffGoesOn(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	accounts := dynamo.Accounts{Table: stand.Table("IDENTITY_TABLE"), Now: time.Now}
	var slept time.Duration
	in := importer{accounts: accounts, random: rand.Reader}
	stand.Intercept(localtest.Down("UpdateItem"))
	done, err := in.all(t.Context(), strings.NewReader(example(t)))
	if !errors.Is(err, dynamo.ErrUnavailable) || !strings.Contains(err.Error(), "line 1: ") || done != (counts{}) {
		t.Fatalf("got %+v, %v; want an error of line 1", done, err)
	}
	stand.Intercept(nil)
	in.accounts = dynamo.Accounts{Table: accounts.Table, Now: func() time.Time { return time.Now().Add(slept) }}
	in.sleep = func(d time.Duration) { slept += d }
	done, err = in.all(t.Context(), strings.NewReader(example(t)))
	if err != nil || done != (counts{made: 3}) || slept < time.Second || slept > 32*time.Second {
		t.Errorf("got %+v, %v after %v; want all three after the lease", done, err, slept)
	}
}

func TestACancelledImportEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if done, err := (importer{}).all(ctx, strings.NewReader(example(t))); !errors.Is(err, context.Canceled) || done != (counts{}) {
		t.Errorf("got %+v, %v", done, err)
	}
}

func TestTheCommandNeedsOneFile(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"a", "b"}, {"--local", "no such file"}, {"--bad"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
}

func FuzzParse(f *testing.F) {
	for line := range strings.Lines(example(f)) {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		a, err := parse(line)
		if err != nil {
			return
		}
		if format, err := auth.HashFormat(a.hash); err != nil || format == "" || a.email.String() == "" || a.createdAt.After(time.Now()) {
			t.Errorf("%q is taken for %+v", line, a)
		}
	})
}
