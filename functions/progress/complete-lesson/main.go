// Command complete-lesson is the Lambda behind "POST /api/lessons/{id}/complete".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	complete := CompleteLesson{
		Completions: dynamo.Learning{Table: env.Table("LEARNING_TABLE"), Region: env.Region(), Regions: env.Regions()},
		Now:         env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusOK, complete.Do))
}
