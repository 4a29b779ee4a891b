package localtest

import (
	"context"
	"testing"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"lyceum/shared/domain"
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

// Consumer is one function behind the event bus.
type Consumer struct {
	serve func(context.Context, lambdaevents.EventBridgeEvent) error
	t     testing.TB
}

// Consume makes a consumer: handler is its main.go's, name its folder.
func (s *Stand) Consume(t testing.TB, name string, handler func(*platform.Env) events.Handler) *Consumer {
	t.Helper()
	env := s.Env(t, name)
	h := handler(env)
	if err := env.Err(); err != nil {
		t.Fatalf("configuration: %v", err)
	}
	return &Consumer{events.Serve(env.Log, h), t}
}

// Deliver hands the function an event as the bus does, once.
func (c *Consumer) Deliver(event domain.Event) error {
	c.t.Helper()
	envelope, err := events.Encode(event, Region)
	must(c.t, err)
	return c.serve(c.t.Context(), envelope)
}
