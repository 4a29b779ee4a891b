package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestMessagesOfSeveralLinesStayReadable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log := slog.New(newReadable(&out)).With("function", "login")
	log.Error("rebuild failed", "error", errors.New("the functions do not compile:\n./a.go:1:2: undefined: x\n./b.go:3:4: unused\n"), "took", 3)
	_, got, _ := strings.Cut(out.String(), " ") // without the time
	want := `level=ERROR msg="rebuild failed" function=login error="the functions do not compile:" took=3
    ./a.go:1:2: undefined: x
    ./b.go:3:4: unused
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
