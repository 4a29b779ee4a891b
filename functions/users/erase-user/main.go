// Command erase-user is the Lambda behind the event "user.deleted".
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	return EraseUser{Erasures: env.Erasures(), Now: env.Now, Sleep: sleep}.Do
}
