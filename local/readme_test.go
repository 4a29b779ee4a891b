package main_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var shell = regexp.MustCompile("(?s)```sh\n(.*?)```")

// pasteReadme runs the README's block of curl lines in a shell, as a reader would, against the server at url.
func pasteReadme(t *testing.T, url string) {
	for _, tool := range []string{"sh", "curl", "base64", "cmp"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("this machine has no %s to paste the lines into", tool)
		}
	}
	var lines string
	for _, block := range shell.FindAllStringSubmatch(read(t, "README.md"), -1) {
		if strings.Contains(block[1], "curl -s localhost:3000") {
			lines += block[1]
		}
	}
	if strings.Count(lines, "curl") < 9 {
		t.Fatalf("the README has only these lines to try:\n%s", lines)
	}
	// -w shows each status; a shell stops at the first line that fails.
	script := "set -e\ncurl() { command curl -f -w '\\n' \"$@\"; }\n" + strings.ReplaceAll(lines, "localhost:3000", strings.TrimPrefix(url, "http://"))
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = t.TempDir()
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, part := range []string{`"username":"Ada"`, `"track":"dynamodb"`, `"bestScore":80`, `"completed":1`, "the same"} {
		if !strings.Contains(string(output), part) {
			t.Errorf("the lines print no %s:\n%s", part, output)
		}
	}
}
