package platform

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// metrics makes the log line of each request and event a CloudWatch metric too, in the embedded metric format
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html): no call, no agent.
//
// The metrics have no dimensions, because CloudWatch asks 0.30 USD a month for each combination; which function or route a figure comes
// from is asked of the same lines by Logs Insights (docs/OPERATIONS.md).
type metrics struct {
	slog.Handler
	namespace string
	warm      *atomic.Bool // shared by all derived loggers
}

// The metrics, by the message of the line they come from. Each value stands in the line under its name.
var measured = map[string][]metric{
	"request": {{"Latency", "Milliseconds"}, {"Errors", "Count"}, {"Unavailable", "Count"}, {"Refusals", "Count"}, {"ColdStarts", "Count"}},
	"event":   {{"EventLatency", "Milliseconds"}, {"EventFailures", "Count"}, {"ColdStarts", "Count"}},
}

type metric struct{ Name, Unit string }

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

// Handle adds the values and the directive that names them.
func (m metrics) Handle(ctx context.Context, r slog.Record) error {
	names, ok := measured[r.Message]
	if !ok {
		return m.Handler.Handle(ctx, r)
	}
	status, ms := int64(0), 0.0
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "status":
			status = a.Value.Int64()
		case "ms":
			ms = a.Value.Float64()
		}
		return true
	})
	r = r.Clone()
	cold := count(!m.warm.Swap(true))
	if r.Message == "request" {
		r.AddAttrs(slog.Float64("Latency", ms), count(status >= 500).as("Errors"), count(status == 503).as("Unavailable"),
			count(status == 429).as("Refusals"), cold.as("ColdStarts"))
	} else {
		r.AddAttrs(slog.Float64("EventLatency", ms), count(r.Level >= slog.LevelError).as("EventFailures"), cold.as("ColdStarts"))
	}
	r.AddAttrs(slog.Any("_aws", struct {
		Timestamp         int64
		CloudWatchMetrics []directive
	}{r.Time.UnixMilli(), []directive{{m.namespace, [][]string{{}}, names}}}))
	return m.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (m metrics) WithAttrs(attrs []slog.Attr) slog.Handler {
	return metrics{m.Handler.WithAttrs(attrs), m.namespace, m.warm}
}

// WithGroup implements slog.Handler.
func (m metrics) WithGroup(name string) slog.Handler {
	return metrics{m.Handler.WithGroup(name), m.namespace, m.warm}
}

// count is 1 for what happened.
type count bool

func (c count) as(name string) slog.Attr {
	if c {
		return slog.Int(name, 1)
	}
	return slog.Int(name, 0)
}
