package platform_test

import (
	"strings"
	"testing"
)

// D15: the secret stood in git, with a default that worked, and its length was not checked.
func TestD15AFunctionThatSignsStopsWithoutGoodKeys(t *testing.T) {
	t.Parallel()
	short := `{"keys":[{"kty":"oct","alg":"HS256","kid":"a","k":"` + strings.Repeat("A", 42) + `"}]}` // 31 bytes
	for name, c := range map[string]struct{ variable, value string }{
		"the seed's default":         {"SIGNING_KEYS", "your-secret-here"},
		"a shared secret too short":  {"SIGNING_KEYS", short},
		"an empty ring":              {"SIGNING_KEYS", `{"keys":[]}`},
		"no keys":                    {"SIGNING_KEYS", ""},
		"a short refresh key":        {"REFRESH_KEY", strings.Repeat("A", 42)},
		"no refresh key":             {"REFRESH_KEY", ""},
		"a short key to verify with": {"VERIFYING_KEYS", short},
		"no keys to verify with":     {"VERIFYING_KEYS", ""},
	} {
		t.Run(name+" is named in each line of the report", func(t *testing.T) {
			t.Parallel()
			err := env(t, map[string]string{c.variable: c.value}).Err()
			if err == nil {
				t.Fatal("it starts")
			}
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, c.variable+": ") {
					t.Errorf("got the line %q, want %s", line, c.variable)
				}
			}
		})
	}
}
