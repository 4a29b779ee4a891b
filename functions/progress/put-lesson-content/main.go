// Command put-lesson-content is the Lambda behind "PUT /api/lessons/{id}/content".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	put := PutLessonContent{
		Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()},
		Bodies:  env.Bucket("CONTENT_BUCKET"), Now: env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Content(http.StatusOK, put.Do))
}
