// Command figures measures on this machine what docs/FIGURES.md says, and writes that page: sizes of the binaries in build/arm64, and the
// benchmarks of bodies, passwords and tokens. `make figures` builds first.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

const (
	document = "docs/FIGURES.md"
	runs     = 7 // of each benchmark; the page has the least time, which other work on the machine disturbs least
)

func main() {
	page, err := write()
	if err == nil {
		fmt.Print(page)
		err = os.WriteFile(document, []byte(page), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func write() (string, error) {
	binaries, err := output("go", "run", "./scripts/sizes", "build/arm64")
	if err != nil {
		return "", err
	}
	bodies, err := bench("./shared/cache", "Tiers", "100x")
	if err != nil {
		return "", err
	}
	secrets, err := bench("./shared/auth", "Verify|Matches", "20x")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`# Figures

Measured by `+"`make figures`"+`, which writes this page: %s/%s, %d cores, %s. Times are the least of %d runs. They are for comparing
with each other: another machine has others. What requests ask of DynamoDB is in [COSTS.md](COSTS.md).

## Binaries

As they are deployed, in MB of 10^6 bytes.

%s
## Bodies of lessons

Prose, from each place it can lie in, on this machine's DynamoDB and S3. Prices of us-east-1, dollars a million; units as DynamoDB counts
them, writes for one region: a copy is billed in each. "Pays after" is how many reads of the copy save what making it costs.

%s
## Passwords and tokens

One core. Ratios are to a password that is checked against a hash of the present cost.

%s`, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), runs, sizes(binaries), tiers(bodies), times(secrets)), nil
}

func output(command ...string) (string, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	return string(out), err
}

// figures are the least values of each unit, by the benchmark's name without the word.
type figures map[string]map[string]float64

// bench runs the benchmarks of a package that match.
func bench(folder, match, times string) (figures, error) {
	out, err := output("go", "test", folder, "-run", "^$", "-bench", match, "-benchtime", times, "-count", strconv.Itoa(runs), "-cpu", "1")
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", folder, err, out)
	}
	least := figures{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if least[name] == nil {
			least[name] = map[string]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, err
			}
			if before, ok := least[name][fields[i+1]]; !ok || value < before {
				least[name][fields[i+1]] = value
			}
		}
	}
	return least, nil
}
