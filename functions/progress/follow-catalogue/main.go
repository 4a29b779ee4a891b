// Command follow-catalogue is the Lambda behind the event "catalogue.changed" and the event "catalogue.due".
package main

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	learning := env.Learning()
	learning.Identity = "" // totals need no account; a strongly consistent one is the way to another region and back away
	return FollowCatalogue{
		Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}, Users: env.Accounts(), Followers: learning,
		Passes: dynamo.Passes{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}, Now: env.Now, Random: env.Random,
	}.Do
}
