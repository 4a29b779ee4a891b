// Command create-lesson is the Lambda behind "POST /api/lessons".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	create := CreateLesson{
		Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()},
		Bodies:  env.Bucket("CONTENT_BUCKET"), Now: env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Idempotent(env.Idempotency(), env.Log, httpapi.Command(http.StatusCreated, create.Do)))
}
