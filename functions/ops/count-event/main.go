// Command count-event is the Lambda behind the event "user.created", the event "user.deleted", the event "lesson.completed",
// the event "track.completed", the event "lesson.liked", the event "upload.confirmed" and the event "upload.deleted".
package main

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	count := CountEvent{Analytics: env.Analytics(), Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}}
	return count.Do
}
