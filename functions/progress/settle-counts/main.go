// Command settle-counts is the Lambda behind the event "progress.counted" and the event "like.counted".
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	learning := env.Learning()
	learning.Identity = "" // counts need no account; a strongly consistent one is the way to another region and back away
	return SettleCounts{Learning: learning, Likes: env.Likes(), Now: env.Now, Random: env.Random}.Do
}
