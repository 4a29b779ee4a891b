// Command unpublish-lesson is the Lambda behind "DELETE /api/lessons/{id}/published".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	unpublish := UnpublishLesson{Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}, Now: env.Now}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Action(http.StatusOK, unpublish.Do))
}
