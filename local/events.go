package main

import (
	"context"
	"encoding/json"
	"errors"

	"lyceum/local/bus"
	"lyceum/local/dynamodb"
	"lyceum/local/iam"
	"lyceum/local/lambda"
	"lyceum/local/s3"
	"lyceum/local/stack"
	"lyceum/local/template"
)

// openEvents prepares the way of events to the functions, beside the API; nothing moves before runEvents.
func (c *cloud) openEvents(context.Context) (err error) {
	c.bus, err = bus.Open(bus.Options{
		Dir: c.set.data, Region: c.set.region, AccountID: stack.AccountID, Log: c.log, Secret: c.stack.Secret,
		Buses: c.stack.Buses, Functions: c.stack.Functions, Queues: c.stack.Queues,
		Invoke: c.consume,
		Failed: func(err error) (json.RawMessage, bool) {
			failure, failed := errors.AsType[*lambda.FunctionError](err)
			if !failed {
				return nil, false
			}
			return failure.Payload, true
		},
		Authorize: func(accessKeyID, action, resource string) error {
			return c.stack.Authorize(accessKeyID, iam.Call{Action: action, Resource: resource})
		},
	})
	if err != nil {
		return err
	}
	c.closers = append(c.closers, func() { c.bus.Close() })
	c.bus.Register(c.local)
	return nil
}

// consume calls a consumer. In a region that is stopped, events wait.
func (c *cloud) consume(ctx context.Context, function string, event []byte) ([]byte, error) {
	if c.fleet.world != nil {
		if err := c.fleet.world.Up(ctx, c.set.region); err != nil {
			return nil, err
		}
	}
	return c.pool.Invoke(ctx, function, event)
}

// runEvents begins when the functions have code.
func (c *cloud) runEvents(context.Context) error {
	sources := []bus.Source{c.objects()}
	for _, p := range c.stack.Pipes {
		if c.engine == nil {
			c.log.Warn("the events of a table are not published: only the embedded DynamoDB has its stream", "pipe", p.LogicalID)
			continue
		}
		sources = append(sources, c.pipe(p))
	}
	c.bus.Run(sources...)
	return nil
}

// pipe publishes the changes of a table.
func (c *cloud) pipe(p template.Pipe) bus.Source {
	return bus.Source{
		Name: p.Table, Changed: c.engine.Changed,
		Read: func(after uint64, limit int) (entries []bus.Entry, err error) {
			changes, err := c.engine.Changes(p.Table, after, limit)
			for _, change := range changes {
				entry, err := bus.Pipe(p, c.set.region, record(change))
				if err != nil {
					c.log.Error("an event is not published", "pipe", p.LogicalID, "error", err)
				}
				entries = append(entries, entry)
			}
			return entries, err
		},
	}
}

func record(c dynamodb.Change) bus.Record {
	return bus.Record{Number: c.Sequence, Name: c.Name, At: c.At, Keys: c.Keys, New: c.New, Old: c.Old}
}

// objects publishes what S3 tells of its buckets on the default bus.
func (c *cloud) objects() bus.Source {
	return bus.Source{
		Name: "s3", Changed: c.files.Noticed, Forget: c.files.Forget,
		Read: func(after uint64, limit int) (entries []bus.Entry, err error) {
			notices, err := c.files.Notices(after, limit)
			for _, n := range notices {
				entries = append(entries, bus.Entry{Number: n.Sequence, Bus: "default", Event: created(n)})
			}
			return entries, err
		},
	}
}

// created is S3's event of the type "Object Created" ("EventBridge event message structure", S3 user guide).
func created(n s3.Notice) bus.Event {
	object := map[string]any{"key": n.Key, "size": n.Size, "etag": n.ETag}
	if n.Version != "" {
		object["version-id"] = n.Version
	}
	detail, _ := json.Marshal(map[string]any{"version": "0", "bucket": map[string]string{"name": n.Bucket}, "object": object, "reason": n.Reason})
	return bus.Event{Source: "aws.s3", DetailType: "Object Created", Time: n.At, Resources: []string{"arn:aws:s3:::" + n.Bucket}, Detail: detail}
}
