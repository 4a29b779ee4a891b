// Command permissions compares the reports that the local cloud left in a folder (local/stack, ReportPermissions) and prints what stands
// in every one of them, permissions that nothing has needed, and in any of them, calls that were refused. It ends with 1 if there are any.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lyceum/local/stack"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: permissions FOLDER")
		os.Exit(2)
	}
	unused, refused, runs, err := read(os.Args[1])
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "permissions:", err)
		os.Exit(1)
	case runs == 0:
		fmt.Fprintln(os.Stderr, "permissions: there are no reports: no test ran")
		os.Exit(1)
	case len(unused) == 0 && len(refused) == 0:
		fmt.Printf("every permission of template.yaml was needed, and none was missing (%d stands)\n", runs)
	default:
		fmt.Println(strings.Join(append(unused, refused...), "\n"))
		os.Exit(1)
	}
}

func read(dir string) (unused, refused []string, runs int, err error) {
	reports, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, nil, 0, err
	}
	in := map[string]int{} // how many reports have a line
	for _, name := range reports {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, 0, err
		}
		for line := range strings.Lines(string(text)) {
			in[strings.TrimSpace(line)]++
		}
	}
	for line, n := range in {
		switch {
		case strings.HasPrefix(line, stack.Refused):
			refused = append(refused, line)
		case n == len(reports):
			unused = append(unused, "never needed: "+line)
		}
	}
	slices.Sort(unused)
	slices.Sort(refused)
	return unused, refused, len(reports), nil
}
