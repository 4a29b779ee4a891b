package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// readable is a text log for people: a value of several lines, such as a compiler's messages or a
// stack, is written below its line as it is, where slog's own handler would print it in quotes on
// one line.
type readable struct {
	text slog.Handler
	out  io.Writer
	mu   *sync.Mutex
}

func newReadable(out io.Writer) readable {
	return readable{slog.NewTextHandler(out, nil), out, new(sync.Mutex)}
}

func (h readable) Enabled(ctx context.Context, level slog.Level) bool {
	return h.text.Enabled(ctx, level)
}

func (h readable) Handle(ctx context.Context, r slog.Record) error {
	first, below := cut(r.Message)
	line := slog.NewRecord(r.Time, r.Level, first, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		value := a.Value.Resolve()
		text := value.String() // of an error, what Error returns
		if first, rest := cut(text); rest != "" {
			value, below = slog.StringValue(first), below+rest
		}
		line.AddAttrs(slog.Attr{Key: a.Key, Value: value})
		return true
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.text.Handle(ctx, line); err != nil || below == "" {
		return err
	}
	_, err := io.WriteString(h.out, below)
	return err
}

// cut splits a text after its first line. Of what follows, each line is indented and ended.
func cut(text string) (first, below string) {
	first, rest, _ := strings.Cut(strings.TrimRight(text, "\n"), "\n")
	if rest == "" {
		return first, ""
	}
	return first, "    " + strings.ReplaceAll(rest, "\n", "\n    ") + "\n"
}

func (h readable) WithAttrs(attrs []slog.Attr) slog.Handler {
	return readable{h.text.WithAttrs(attrs), h.out, h.mu}
}

func (h readable) WithGroup(name string) slog.Handler {
	return readable{h.text.WithGroup(name), h.out, h.mu}
}
