package localtest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"lyceum/shared/domain"
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

// Consumer is one function behind the event bus.
type Consumer struct {
	serve func(context.Context, lambdaevents.EventBridgeEvent) error
	t     testing.TB
	ahead atomic.Int64 // nanoseconds of its clock
}

// Consume makes a consumer: handler is its main.go's, name its folder.
func (s *Stand) Consume(t testing.TB, name string, handler func(*platform.Env) events.Handler) *Consumer {
	t.Helper()
	c, env := &Consumer{t: t}, s.Env(t, name)
	env.Now = func() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }
	h := handler(env)
	if err := env.Err(); err != nil {
		t.Fatalf("configuration: %v", err)
	}
	c.serve = events.Serve(env.Log, h)
	return c
}

// Pass lets time pass on the function's clock.
func (c *Consumer) Pass(d time.Duration) { c.ahead.Add(int64(d)) }

// Deliver hands the function an event as the bus does, once.
func (c *Consumer) Deliver(event domain.Event) error {
	c.t.Helper()
	envelope, err := events.Encode(event, Region)
	must(c.t, err)
	return c.serve(c.t.Context(), envelope)
}
