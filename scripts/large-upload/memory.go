package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

var peak = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB`)

// memory tells the peak of every process whose environment says that it is a Lambda (Linux alone shows it, in /proc).
func memory() error {
	processes, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return err
	}
	peaks := map[string]int{}
	for _, environ := range processes {
		variables, err := os.ReadFile(environ)
		if err != nil {
			continue // another user's, or gone
		}
		for _, variable := range strings.Split(string(variables), "\x00") {
			name, ok := strings.CutPrefix(variable, "AWS_LAMBDA_FUNCTION_NAME=")
			if !ok || !strings.Contains(name, "Function") {
				continue
			}
			status, _ := os.ReadFile(filepath.Join(filepath.Dir(environ), "status"))
			if m := peak.FindSubmatch(status); m != nil {
				kb, _ := strconv.Atoi(string(m[1]))
				peaks[name] = max(peaks[name], kb<<10)
			}
		}
	}
	if len(peaks) == 0 {
		return errors.New("no function's memory can be seen")
	}
	var names []string
	for name := range peaks {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Printf("%-44s %5.1f MB at most\n", name, float64(peaks[name])/(1<<20))
		if peaks[name] >= maxBytes {
			err = errors.Join(err, fmt.Errorf("%s took %d bytes, more than %d", name, peaks[name], maxBytes))
		}
	}
	return err
}
