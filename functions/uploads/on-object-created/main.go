// Command on-object-created is the Lambda behind the event "Object Created" of S3, for the staging bucket and below staging/.
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.ConsumeS3(handler) }

func handler(env *platform.Env) events.ObjectHandler {
	return OnObjectCreated{Confirmation: env.Confirmation(), Staging: env.Bucket("UPLOADS_BUCKET"), Log: env.Log}.Do
}
