package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// sizes picks the smallest, the middle and the largest of scripts/sizes's lines.
func sizes(lines string) string {
	type binary struct {
		name     string
		raw, zip float64
	}
	var all []binary
	for line := range strings.Lines(lines) {
		f := strings.Fields(line) // name 1.23 MB 0.45 MB
		if len(f) != 5 {
			continue
		}
		raw, _ := strconv.ParseFloat(f[1], 64)
		zip, _ := strconv.ParseFloat(f[3], 64)
		all = append(all, binary{f[0], raw, zip})
	}
	slices.SortFunc(all, func(a, b binary) int { return int(1e6 * (a.raw - b.raw)) })
	table := fmt.Sprintf("| of %d | function | binary | zipped |\n|---|---|---|---|\n", len(all))
	if len(all) == 0 {
		return table
	}
	for _, row := range []struct {
		what string
		binary
	}{{"smallest", all[0]}, {"median", all[len(all)/2]}, {"largest", all[len(all)-1]}} {
		table += fmt.Sprintf("| %s | %s | %.2f | %.2f |\n", row.what, row.name, row.raw, row.zip)
	}
	return table
}

func tiers(f figures) string {
	table := "| body | packed | S3 | KV store | memory | S3, a million | KV store, a million | a million copies | pays after |\n|---|---|---|---|---|---|---|---|---|\n"
	for _, size := range []string{"1KiB", "4KiB", "8KiB", "16KiB", "32KiB", "64KiB", "256KiB", "1024KiB"} {
		s3, kv, memory := f["Tiers/"+size+"/S3"], f["Tiers/"+size+"/KV"], f["Tiers/"+size+"/memory"]
		row := []string{strings.Replace(size, "KiB", " KiB", 1), "", ms(s3), "", ms(memory), dollars(s3["$/Mreads"]), "does not fit an item", "", ""}
		if kv != nil {
			row[1], row[3] = fmt.Sprintf("%.1f KB", kv["packed-B"]/1000), ms(kv)
			row[6] = fmt.Sprintf("%g RU, %s", kv["RU"], dollars(kv["$/Mreads"]))
			row[7] = fmt.Sprintf("%g WU, %s", kv["WU"], dollars(kv["$/Mcopies"]))
			row[8] = "never"
			if reads, pays := kv["reads-to-pay"]; pays {
				row[8] = fmt.Sprintf("%g reads", reads)
			}
		}
		table += "| " + strings.Join(row, " | ") + " |\n"
	}
	return table
}

func times(f figures) string {
	table := "| what | time | ratio |\n|---|---|---|\n"
	whole := f["Matches/argon2id"]["ns/op"]
	for _, row := range []struct{ what, name string }{
		{"an access token (Ed25519)", "Verify"}, {"a password against argon2id", "Matches/argon2id"}, {"of an address without account", "Matches/none"},
		{"against `webcrypto-pbkdf2`", "Matches/webcrypto-pbkdf2"}, {"against `pbkdf2-sha256` of 600,000 iterations", "Matches/pbkdf2-sha256_of_600,000"},
	} {
		table += fmt.Sprintf("| %s | %s | %.2g |\n", row.what, ms(f[row.name]), f[row.name]["ns/op"]/whole)
	}
	return table
}

// ms is a benchmark's time, as exact as it is.
func ms(units map[string]float64) string {
	time := units["ns/op"] / 1e6
	if time >= 100 {
		return fmt.Sprintf("%.0f ms", time)
	}
	return fmt.Sprintf("%.2g ms", time)
}

func dollars(sum float64) string { return fmt.Sprintf("$%.2f", math.Round(sum*100)/100) }
