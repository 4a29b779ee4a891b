// Command delete-lesson is the Lambda behind "DELETE /api/lessons/{id}".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	del := DeleteLesson{
		Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()},
		Bodies:  env.Bucket("CONTENT_BUCKET"), Now: env.Now,
	}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Action(http.StatusNoContent, del.Do))
}
