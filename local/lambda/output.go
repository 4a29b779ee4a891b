package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// maxLine is the largest log line in bytes, CloudWatch's 256 KB; a longer one is split.
const maxLine = 256 << 10

// lineWriter gives each line written to it to log. A line that is a JSON object with a message, as slog's JSON handler
// writes it, keeps its time, level and attributes.
type lineWriter struct {
	log     *slog.Logger
	mu      sync.Mutex
	partial []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.partial = append(w.partial, p...)
	for {
		end := bytes.IndexByte(w.partial, '\n')
		switch {
		case end >= 0 && end <= maxLine:
			w.emit(w.partial[:end])
			w.partial = w.partial[end+1:]
		case len(w.partial) > maxLine:
			w.emit(w.partial[:maxLine])
			w.partial = w.partial[maxLine:]
		default:
			return len(p), nil
		}
	}
}

// Flush logs an unfinished last line.
func (w *lineWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emit(w.partial)
	w.partial = nil
}

func (w *lineWriter) emit(line []byte) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return
	}
	record, ok := parseRecord(line)
	if !ok {
		record = slog.NewRecord(time.Now(), slog.LevelInfo, string(line), 0)
	}
	if ctx := context.Background(); w.log.Enabled(ctx, record.Level) {
		w.log.Handler().Handle(ctx, record) // a log that cannot be written has no one to tell
	}
}

// parseRecord reads a JSON log line; "message" is accepted for "msg" and "timestamp" for "time", as Lambda itself writes.
func parseRecord(line []byte) (slog.Record, bool) {
	record := slog.NewRecord(time.Now(), slog.LevelInfo, "", 0)
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return record, false
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return record, false
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return record, false
		}
		text, _ := value.(string)
		switch name := key.(string); name {
		case "function": // is told already
		case "msg", "message":
			record.Message = text
		case "level":
			if err := record.Level.UnmarshalText([]byte(text)); err != nil {
				record.AddAttrs(slog.Any(name, value))
			}
		case "time", "timestamp":
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				record.Time = at
			}
		default:
			record.AddAttrs(slog.Any(name, value))
		}
	}
	if _, err := decoder.Token(); err != nil || decoder.More() {
		return record, false
	}
	return record, record.Message != ""
}
