// Command costs puts the rows that the tests measured into a folder into docs/COSTS.md, between its markers.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	document   = "docs/COSTS.md"
	begin, end = "<!-- costs -->\n", "<!-- /costs -->\n"
	head       = "| request | lessons completed before | calls | read units | write units | DynamoDB, $ per million | with HTTP API and Lambda's request |\n|---|---|---|---|---|---|---|\n"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: costs FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "costs:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "* *")) // sorted: by request, then by size
	if err != nil || len(files) == 0 {
		return errors.Join(err, fmt.Errorf("no rows in %s", dir))
	}
	table := head
	for _, file := range files {
		row, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		table += string(row)
	}
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return fmt.Errorf("%s has no lines %q and %q", document, begin, end)
	}
	fmt.Print(table)
	return os.WriteFile(document, []byte(before+begin+table+end+after), 0o644)
}
