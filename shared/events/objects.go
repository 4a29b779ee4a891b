package events

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Object is an object of S3 that was made.
type Object struct{ Bucket, Key string }

// ObjectHandler consumes one of S3's events. They come at least once and in any order. An error makes the event come again.
type ObjectHandler func(ctx context.Context, object Object) error

// ServeObjects makes a Lambda handler of h for S3's events on the default bus (S3 user guide, "EventBridge event message structure"; the
// key there is not escaped). A failure is logged once, here, and returned.
func ServeObjects(log *slog.Logger, h ObjectHandler) func(context.Context, events.EventBridgeEvent) error {
	return func(ctx context.Context, envelope events.EventBridgeEvent) error {
		begin := time.Now()
		var detail struct {
			Bucket struct{ Name string }
			Object struct{ Key string }
		}
		err := json.Unmarshal(envelope.Detail, &detail)
		if err == nil && (detail.Bucket.Name == "" || detail.Object.Key == "") {
			err = fmt.Errorf("event %s names no object", envelope.ID)
		}
		if err == nil {
			err = h(ctx, Object{detail.Bucket.Name, detail.Object.Key})
		}
		level, cause := slog.LevelInfo, ""
		if err != nil {
			level, cause = slog.LevelError, err.Error()
		}
		log.LogAttrs(ctx, level, "object", slog.String("eventId", envelope.ID), slog.Float64("ms", float64(time.Since(begin).Microseconds())/1000), slog.String("cause", cause))
		return err
	}
}
