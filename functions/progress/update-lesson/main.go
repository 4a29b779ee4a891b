// Command update-lesson is the Lambda behind "PATCH /api/lessons/{id}" and "PUT /api/lessons/{id}".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	update := UpdateLesson{Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}, Now: env.Now}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Command(http.StatusOK, update.Do))
}
