// Command get-lesson is the Lambda behind "GET /api/lessons/{id}".
package main

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetLesson{
		Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()},
		Bodies:  env.Contents(),
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
