package main_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"lyceum/local/localtest"
)

// needsAccount finds what needs AWS. TestOperationsOnAWS in scripts/deploy runs it against a
// stand-in.
var needsAccount = regexp.MustCompile(`\baws |make deploy |scripts/sam\.sh (?:build|deploy)|git switch|--environment|--table |--regions|--account `)

var inline = regexp.MustCompile("`((?:go run \\./cmd|make|scripts)[^`]*)`")

// commands are the lines of a page's shell blocks, and the commands within its text, that run on this machine.
func commands(page string) (list []string) {
	for _, block := range shell.FindAllStringSubmatch(page, -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, " # ")
			list = append(list, strings.TrimSpace(line))
		}
	}
	for _, m := range inline.FindAllStringSubmatch(shell.ReplaceAllString(page, ""), -1) {
		list = append(list, m[1])
	}
	var here []string
	for _, command := range list {
		if (strings.HasPrefix(command, "go run ./cmd/") || strings.HasPrefix(command, "make ")) && !needsAccount.MatchString(command+" ") {
			here = append(here, command)
		}
	}
	return here
}

// TestOperations runs every command of docs/OPERATIONS.md that needs no account, as it stands there but for addresses and folders.
func TestOperations(t *testing.T) {
	if *api != "" || os.Getenv(localtest.OtherDynamoDB) != "" {
		t.Skip("it starts a server of its own")
	}
	data := t.TempDir()
	cloud := goRun(t, "--data", data)
	graduate(t, cloud.URL, "ada@example.org")
	var stopped []string
	run := func(command string) {
		t.Helper()
		line := strings.NewReplacer(
			".data/", data+"/", "/var/backups/", data+"/",
			" --local", " --local --data "+data,
		).Replace(command)
		cmd := exec.Command("sh", "-ec", line)
		cmd.Dir = ".."
		cmd.Env = append(os.Environ(), "AWS_EC2_METADATA_DISABLED=true")
		output, err := cmd.CombinedOutput()
		t.Logf("%s\n%s", command, output)
		if unknown := strings.Contains(command, "…"); unknown != (err != nil) { // no message has the page's id
			t.Errorf("%s: %v\n%s", command, err, output)
		}
	}
	n := 0
	for _, command := range commands(read(t, "docs/OPERATIONS.md")) {
		if n++; strings.Contains(command, ".data/") { // "stop it, then"
			stopped = append(stopped, command)
			continue
		}
		run(command)
	}
	cloud.interrupt(t)
	for _, command := range stopped {
		run(command)
	}
	if n < 10 || len(stopped) == 0 {
		t.Errorf("the page has only %d commands, %d with files", n, len(stopped))
	}
	again := goRun(t, "--data", data) // with the keys that were made
	post(t, 200, again.URL+"/api/auth/login", "", `{"email":"ada@example.org","password":"correct horse battery"}`, nil)
}
