// Command sizes prints the size of every binary in a folder that scripts/build.sh made, as it is and zipped as it is uploaded to Lambda, in MB
// of 10^6 bytes.
package main

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sizes FOLDER")
		os.Exit(2)
	}
	fmt.Printf("%-34s %8s %8s\n", "function", "binary", "zip")
	if err := list(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "sizes:", err)
		os.Exit(1)
	}
}

func list(dir string) error {
	folders, err := filepath.Glob("functions/*/*")
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if filepath.Ext(folder) != "" { // a context's doc.go
			continue
		}
		raw, zipped, err := sizes(filepath.Join(dir, filepath.Base(folder)))
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(folder), "functions/")
		fmt.Printf("%-34s %5.2f MB %5.2f MB\n", name, float64(raw)/1e6, float64(zipped)/1e6)
	}
	return nil
}

func sizes(path string) (raw, zipped int64, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	var count counter
	archive := zip.NewWriter(&count)
	entry, err := archive.Create("bootstrap")
	if err != nil {
		return 0, 0, err
	}
	if _, err := entry.Write(content); err != nil {
		return 0, 0, err
	}
	if err := archive.Close(); err != nil {
		return 0, 0, err
	}
	return int64(len(content)), int64(count), nil
}

type counter int64

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }
