// Command sizes prints the size of every bootstrap below a folder, as it is and zipped as it is uploaded to Lambda, in MB of 10^6 bytes.
package main

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: sizes FOLDER")
		os.Exit(2)
	}
	fmt.Printf("%-34s %8s %8s\n", "function", "binary", "zip")
	err := filepath.WalkDir(os.Args[1], func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "bootstrap" {
			return err
		}
		raw, zipped, err := sizes(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(os.Args[1], filepath.Dir(path))
		fmt.Printf("%-34s %5.2f MB %5.2f MB\n", name, float64(raw)/1e6, float64(zipped)/1e6)
		return err
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "sizes:", err)
		os.Exit(1)
	}
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
