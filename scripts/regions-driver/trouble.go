package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// trouble changes the world until ctx ends. At most one region at a time is isolated or stopped, for up to 20 s.
func trouble(ctx context.Context, c *cloud, random *rand.Rand) {
	wait := func(most time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(random.Int64N(int64(most)))):
		}
	}
	for ctx.Err() == nil {
		region := c.names[random.IntN(len(c.names))]
		a := random.IntN(len(c.names))
		link := map[string]any{"do": "link", "a": c.names[a], "b": c.names[(a+1)%len(c.names)]}
		var undo map[string]any
		switch random.IntN(6) {
		case 0, 1:
			link["lag"], link["jitter"] = fmt.Sprint(random.IntN(400), "ms"), fmt.Sprint(random.IntN(400), "ms")
			_ = c.change(link)
		case 2:
			link["cut"] = true
			undo = map[string]any{"do": "link", "a": link["a"], "b": link["b"], "cut": false}
			_ = c.change(link)
		case 3:
			undo = map[string]any{"do": "rejoin", "region": region}
			_ = c.change(map[string]any{"do": "isolate", "region": region})
		case 4:
			undo = map[string]any{"do": "start", "region": region}
			_ = c.change(map[string]any{"do": "stop", "region": region})
		case 5:
			_ = c.change(map[string]any{"do": "skew", "region": region, "by": fmt.Sprint(random.IntN(1000)-500, "ms")})
		}
		wait(10 * time.Second)
		if undo != nil {
			_ = c.change(undo)
			wait(5 * time.Second)
		}
	}
}
