package platform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"lyceum/shared/platform"
)

// logged is the one line that an Env with these variables writes.
func logged(t *testing.T, env *platform.Env, out *bytes.Buffer, level slog.Level, message string, attrs ...slog.Attr) map[string]any {
	t.Helper()
	out.Reset()
	env.Log.LogAttrs(context.Background(), level, message, attrs...)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return line
}

func TestRequestsAreMetrics(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	env := platform.NewEnv(func(name string) string { return map[string]string{"METRICS_NAMESPACE": "Lyceum/prod"}[name] }, &out)
	for i, tt := range []struct {
		status                                  int
		errors, unavailable, refusals, coldness float64
	}{{200, 0, 0, 0, 1}, {200, 0, 0, 0, 0}, {429, 0, 0, 1, 0}, {503, 1, 1, 0, 0}, {500, 1, 0, 0, 0}} {
		line := logged(t, env, &out, slog.LevelInfo, "request", slog.Int("status", tt.status), slog.Float64("ms", 1.5))
		for name, want := range map[string]float64{
			"Latency": 1.5, "Errors": tt.errors, "Unavailable": tt.unavailable, "Refusals": tt.refusals, "ColdStarts": tt.coldness,
		} {
			if line[name] != want {
				t.Errorf("line %d, status %d: %s = %v, want %v", i, tt.status, name, line[name], want)
			}
		}
	}
	line := logged(t, env, &out, slog.LevelInfo, "request", slog.Int("status", 200))
	aws := line["_aws"].(map[string]any)
	directive := aws["CloudWatchMetrics"].([]any)[0].(map[string]any)
	if directive["Namespace"] != "Lyceum/prod" || aws["Timestamp"].(float64) < 1e12 {
		t.Errorf("_aws = %v", aws)
	}
	for _, m := range directive["Metrics"].([]any) {
		name := m.(map[string]any)["Name"].(string)
		if _, ok := line[name].(float64); !ok {
			t.Errorf("the metric %s has no value in the line %v", name, line)
		}
	}
	if dimensions := directive["Dimensions"].([]any); len(dimensions) != 1 || len(dimensions[0].([]any)) != 0 {
		t.Errorf("Dimensions = %v, want one empty set", dimensions)
	}
}

func TestEventsAreMetrics(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	env := platform.NewEnv(func(name string) string { return map[string]string{"METRICS_NAMESPACE": "Lyceum/prod"}[name] }, &out)
	if line := logged(t, env, &out, slog.LevelInfo, "event", slog.Float64("ms", 2)); line["EventFailures"] != 0.0 || line["EventLatency"] != 2.0 || line["ColdStarts"] != 1.0 {
		t.Errorf("line = %v", line)
	}
	if line := logged(t, env, &out, slog.LevelError, "event", slog.Float64("ms", 2)); line["EventFailures"] != 1.0 {
		t.Errorf("line = %v", line)
	}
}

func TestOtherLinesAreNoMetrics(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	env := platform.NewEnv(func(name string) string { return map[string]string{"METRICS_NAMESPACE": "Lyceum/prod"}[name] }, &out)
	if line := logged(t, env, &out, slog.LevelInfo, "hello"); line["_aws"] != nil {
		t.Errorf("line = %v", line)
	}
	plain := platform.NewEnv(func(string) string { return "" }, &out)
	if line := logged(t, plain, &out, slog.LevelInfo, "request", slog.Int("status", 200)); line["_aws"] != nil || line["Errors"] != nil {
		t.Errorf("without a namespace: %v", line)
	}
}
