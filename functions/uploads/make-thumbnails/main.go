// Command make-thumbnails is the Lambda behind the event "avatar.changed".
package main

import (
	_ "image/jpeg"
	_ "image/png"

	"lyceum/shared/domain"
	"lyceum/shared/events"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	places, here := env.Places(), env.Bucket("UPLOADS_BUCKET").Place()
	return MakeThumbnails{
		Uploads: env.Uploads(), Files: env.Files(), Bucket: func(p domain.Place) Bucket { return places(p) }, Here: here, Now: env.Now, Log: env.Log,
	}.Do
}
