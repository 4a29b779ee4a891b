package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"lyceum/shared/events"
)

// perCall is how many entries PutEvents takes.
const perCall = 10

// publishAgain puts on the bus what this region recorded since a time.
func (c *clients) publishAgain(ctx context.Context, since time.Time, out io.Writer) error {
	n := 0
	var entries []types.PutEventsRequestEntry
	send := func() error {
		if len(entries) == 0 {
			return nil
		}
		answer, err := c.buses.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err == nil && answer.FailedEntryCount > 0 {
			for _, e := range answer.Entries {
				if e.ErrorCode != nil {
					err = fmt.Errorf("the bus %s did not take an event: %s %s", c.bus, *e.ErrorCode, aws.ToString(e.ErrorMessage))
				}
			}
		}
		n, entries = n+len(entries), entries[:0]
		return err
	}
	for _, table := range c.tables {
		for event, err := range table.EventsSince(ctx, c.region, since) {
			if err != nil {
				return fmt.Errorf("%s: %w", table.Name, err)
			}
			envelope, err := events.Encode(event, c.region)
			if err != nil {
				return err
			}
			entries = append(entries, types.PutEventsRequestEntry{
				EventBusName: &c.bus, Source: aws.String(events.Source), DetailType: &envelope.DetailType, Detail: aws.String(string(envelope.Detail)),
			})
			if len(entries) == perCall {
				if err := send(); err != nil {
					return err
				}
			}
		}
	}
	if err := send(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "published %d events of %s again, recorded since %s\n", n, c.region, since.UTC().Format(time.RFC3339))
	return err
}
