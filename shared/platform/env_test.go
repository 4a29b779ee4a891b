package platform_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"lyceum/shared/auth"
	"lyceum/shared/platform"
)

// variables is a whole, good configuration.
func variables(t testing.TB) map[string]string {
	t.Helper()
	secret, err := auth.NewSecret(strings.NewReader(strings.Repeat("k", 128)))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "SECRET", "REGIONS": "us-east-1,eu-west-1",
		"EPHEMERAL_TABLE": "ephemeral", "LIMITS_TABLE": "limits", "LEARNING_TABLE": "learning", "UPLOADS_BUCKET": "uploads", "TOKEN_ISSUER": "https://lyceum.example", "TOKEN_AUDIENCE": "lyceum",
		"SIGNING_KEYS": secret.Signing, "VERIFYING_KEYS": secret.Verifying, "CURSOR_KEY": secret.Cursor, "REFRESH_KEY": secret.Refresh, "SESSION_DAYS": "90",
	}
}

// env is built from the good configuration with some changes, and asked for everything.
func env(t testing.TB, changes map[string]string) *platform.Env {
	t.Helper()
	vars := variables(t)
	maps.Copy(vars, changes)
	e := platform.NewEnv(func(name string) string { return vars[name] }, io.Discard)
	e.Region()
	e.Regions()
	e.Table("LEARNING_TABLE")
	e.Bucket("UPLOADS_BUCKET")
	e.Verifier()
	e.SignIn()
	e.Cursors()
	e.Limits()
	return e
}

func TestAGoodConfigurationIsTaken(t *testing.T) {
	t.Parallel()
	e := env(t, nil)
	if err := e.Err(); err != nil {
		t.Fatal(err)
	}
	if got := e.Table("LEARNING_TABLE").Name + " " + e.Bucket("UPLOADS_BUCKET").Name; got != "learning uploads" {
		t.Errorf("got %q, want the table learning and the bucket uploads", got)
	}
}

func TestEverythingMissingIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	missing := map[string]string{}
	for name := range variables(t) {
		missing[name] = ""
	}
	missing["UPLOADS_BUCKET"] = " \n" // blank is missing too
	err := env(t, missing).Err()
	if err == nil {
		t.Fatal("got no error")
	}
	for name := range missing {
		if !strings.Contains(err.Error(), name+": is not set") {
			t.Errorf("%s is missing, and missing in the report:\n%v", name, err)
		}
	}
}

func TestABadConfigurationIsRefused(t *testing.T) {
	t.Parallel()
	good := variables(t)
	other, err := auth.NewSecret(strings.NewReader(strings.Repeat("o", 128)))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ variable, value string }{
		"a log level nobody knows":                   {"LOG_LEVEL", "LOUD"},
		"regions without this one":                   {"REGIONS", "us-east-1,us-west-2"},
		"a region whose name begins as this one":     {"REGIONS", "eu-west-11"},
		"regions with a hole":                        {"REGIONS", "eu-west-1,,us-east-1"},
		"regions that end in a comma":                {"REGIONS", "eu-west-1,"},
		"a signing ring of public keys":              {"SIGNING_KEYS", good["VERIFYING_KEYS"]},
		"a private key that is not the public one's": {"SIGNING_KEYS", swapped(t, good["SIGNING_KEYS"], other.Signing)},
		"signing keys that are no JSON":              {"SIGNING_KEYS", "arn:aws:secretsmanager:eu-west-1:1:secret:x"},
		"verifying keys that are none":               {"VERIFYING_KEYS", `{"keys":[]}`},
		"a shared secret of 5 bytes":                 {"VERIFYING_KEYS", `{"keys":[{"kty":"oct","alg":"HS256","kid":"a","k":"c2hvcnQ"}]}`},
		"a cursor key of 5 bytes":                    {"CURSOR_KEY", "c2hvcnQ"},
	} {
		t.Run(name+" is refused by the variable's name, and its value is not told", func(t *testing.T) {
			t.Parallel()
			err := env(t, map[string]string{test.variable: test.value}).Err()
			if err == nil || !strings.HasPrefix(err.Error(), test.variable+": ") {
				t.Fatalf("got %v, want a refusal of %s", err, test.variable)
			}
			if lines := strings.Count(err.Error(), "\n") + 1; lines != 1 {
				t.Errorf("got %d lines, want one: %v", lines, err)
			}
			if test.variable != "LOG_LEVEL" && test.variable != "REGIONS" && strings.Contains(err.Error(), test.value) {
				t.Errorf("it tells the value: %v", err)
			}
		})
	}
}

// swapped is the key set a with the private part of b.
func swapped(t *testing.T, a, b string) string {
	t.Helper()
	var sets [2]struct {
		Keys []map[string]string `json:"keys"`
	}
	for i, text := range []string{a, b} {
		if err := json.Unmarshal([]byte(text), &sets[i]); err != nil {
			t.Fatal(err)
		}
	}
	sets[0].Keys[0]["d"] = sets[1].Keys[0]["d"]
	out, err := json.Marshal(sets[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"eu-west-1": {"eu-west-1"}, "us-east-1,eu-west-1": {"us-east-1", "eu-west-1"}, " us-east-1 , eu-west-1\n": {"us-east-1", "eu-west-1"},
	} {
		e := env(t, map[string]string{"REGIONS": text})
		if got := e.Regions(); !slices.Equal(got, want) || e.Err() != nil {
			t.Errorf("REGIONS=%q: %q, %v; want %q", text, got, e.Err(), want)
		}
	}
}

func TestTheLogTakesItsLevelAndNamesTheFunction(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]int{"": 1, "INFO": 1, "warn": 0, "ERROR": 0, "debug": 2} {
		var log bytes.Buffer
		vars := map[string]string{"LOG_LEVEL": level, "AWS_LAMBDA_FUNCTION_NAME": "get-me", "AWS_REGION": "eu-west-1"}
		e := platform.NewEnv(func(name string) string { return vars[name] }, &log)
		e.Log.Info("a")
		e.Log.Log(t.Context(), slog.LevelDebug, "b")
		if got := strings.Count(log.String(), `"function":"get-me","region":"eu-west-1"`); got != want || e.Err() != nil {
			t.Errorf("LOG_LEVEL=%q: %d lines that name function and region, want %d (%v)\n%s", level, got, want, e.Err(), log.String())
		}
	}
}
