package iam_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lyceum/local/iam"
)

func TestMatchTime(t *testing.T) {
	t.Parallel()
	t.Run("a hostile pattern takes no exponential time", func(t *testing.T) {
		t.Parallel()
		p := policy(t, allow(1, "s3:GetObject", bucket+"/"+strings.Repeat("*a", 500)+"b"))
		begin := time.Now()
		if p.Allows(iam.Call{Action: "s3:GetObject", Resource: bucket + "/" + strings.Repeat("a", 5000)}) {
			t.Error("got allowed, want refused")
		}
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("took %v, want far less than 2s", took)
		}
	})
}

// FuzzMatch compares the matcher with the regular expression that means the same.
func FuzzMatch(f *testing.F) {
	f.Add("lessons/*", "lessons/1/2")
	f.Add("**a?c*", "xaébc")
	f.Add("*ab*ab?", "aabababab")
	f.Add("", "")
	f.Add("?", "")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(text) || strings.Contains(pattern, "${") || len(pattern)+len(text) > 1000 {
			return
		}
		s := allow(1, "s3:GetObject", "")
		s.Resources = []string{bucket + "/" + pattern}
		p := policy(t, s)
		same := strings.NewReplacer(`\*`, "(?s:.*)", `\?`, "(?s:.)").Replace(regexp.QuoteMeta(pattern))
		want := regexp.MustCompile(`^` + same + `$`).MatchString(text)
		if got := p.Allows(iam.Call{Action: "s3:GetObject", Resource: bucket + "/" + text}); got != want {
			t.Errorf("pattern %q, text %q: got %v, want %v", pattern, text, got, want)
		}
	})
}
