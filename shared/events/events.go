// Package events hands domain events to the functions that consume them.
//
// A use case records an event in the same write as the change it tells of. The table's stream, a pipe and the event bus of template.yaml
// deliver it at least once, in any order, to every function whose rule matches its type; a consumer must therefore take effect once
// however often the event comes. What fails is tried again and then kept in the dead-letter queue (docs/OPERATIONS.md).
package events

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"lyceum/shared/domain"
)

// Source is the bus's name for what this system publishes; the detail-type is the domain.EventType.
const Source = "lyceum"

// Handler consumes one event. An error makes it come again.
type Handler func(ctx context.Context, event domain.Event) error

// detail is the attribute event of a DynamoDB item in DynamoDB's JSON, which the pipe sends on as it stands.
type detail struct {
	ID      text `json:"id"`
	Type    text `json:"type"`
	At      text `json:"at"`
	Region  text `json:"region"`
	Version struct {
		N string
	} `json:"version"`
	Data struct {
		M map[string]text
	} `json:"data"`
}

type text struct{ S string }

// Decode reads a domain event from the bus's envelope.
func Decode(e events.EventBridgeEvent) (domain.Event, error) {
	var d detail
	if err := json.Unmarshal(e.Detail, &d); err != nil {
		return domain.Event{}, fmt.Errorf("event %s: %w", e.ID, err)
	}
	id, err := domain.ParseID[domain.Event](d.ID.S)
	if err != nil {
		return domain.Event{}, fmt.Errorf("event %s: its id is none of ours", e.ID)
	}
	version, err := strconv.Atoi(d.Version.N)
	if err != nil {
		return domain.Event{}, fmt.Errorf("event %s: %w", e.ID, err)
	}
	data := make(map[string]string, len(d.Data.M))
	for name, value := range d.Data.M {
		data[name] = value.S
	}
	return domain.Event{ID: id, Type: domain.EventType(d.Type.S), Version: version, At: domain.RestoreTime(d.At.S), Data: data}, nil
}

// Encode is the envelope in which the bus delivers an event that a region recorded.
func Encode(event domain.Event, region string) (events.EventBridgeEvent, error) {
	var d detail
	d.ID.S, d.Type.S, d.At.S, d.Region.S = event.ID.String(), string(event.Type), domain.FormatTime(event.At), region
	d.Version.N, d.Data.M = strconv.Itoa(event.Version), map[string]text{}
	for name, value := range event.Data {
		d.Data.M[name] = text{value}
	}
	body, err := json.Marshal(d)
	return events.EventBridgeEvent{
		Version: "0", ID: event.ID.String(), Source: Source, DetailType: string(event.Type), Region: region, Time: event.At, Detail: body,
	}, err
}

// Serve makes a Lambda handler of h. A failure is logged once, here, and returned, so that the event comes again.
func Serve(log *slog.Logger, h Handler) func(context.Context, events.EventBridgeEvent) error {
	return func(ctx context.Context, envelope events.EventBridgeEvent) error {
		begin := time.Now()
		event, err := Decode(envelope)
		if err == nil {
			err = h(ctx, event)
		}
		level, cause := slog.LevelInfo, ""
		if err != nil {
			level, cause = slog.LevelError, err.Error()
		}
		log.LogAttrs(ctx, level, "event", slog.String("eventId", event.ID.String()), slog.String("type", string(event.Type)),
			slog.Float64("ms", float64(time.Since(begin).Microseconds())/1000), slog.String("cause", cause))
		return err
	}
}
