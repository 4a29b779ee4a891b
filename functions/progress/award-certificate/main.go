// Command award-certificate is the Lambda behind the event "track.completed".
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	award := AwardCertificate{Users: env.Accounts(), Awards: env.Certificates(), Signer: env.Certifier(), Random: env.Random}
	return award.Do
}
