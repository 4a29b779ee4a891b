package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"lyceum/cmd/lessons/folder"
)

// progress shows how far the work is: a bar on a terminal, a line for each step elsewhere.
func progress(out io.Writer) folder.Progress {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func(done, of int) { fmt.Fprintf(out, "%d of %d lessons\n", done, of) }
	}
	var bar *progressbar.ProgressBar
	return func(done, of int) {
		if bar == nil {
			bar = progressbar.NewOptions(of, progressbar.OptionSetWriter(file), progressbar.OptionShowCount(), progressbar.OptionSetDescription("lessons"),
				progressbar.OptionOnCompletion(func() { fmt.Fprintln(file) }))
		}
		_ = bar.Set(done)
	}
}
