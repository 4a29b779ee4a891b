// Command settle-counts is the Lambda behind the event "progress.counted" and the event "like.counted".
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	settle := SettleCounts{Users: env.Accounts(), Learning: env.Learning(), Likes: env.Likes(), Now: env.Now, Random: env.Random}
	return settle.Do
}
