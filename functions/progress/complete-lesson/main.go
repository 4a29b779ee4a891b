// Command complete-lesson is the Lambda behind "POST /api/lessons/{id}/complete".
package main

import (
	"net/http"
	_ "time/tzdata" // days are counted in the learner's zone

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	complete := CompleteLesson{Learning: env.Learning(), Now: env.Now, Random: env.Random}
	return httpapi.Authenticate(env.Verifier(), httpapi.Idempotent(env.Idempotency(), env.Log, httpapi.Command(http.StatusOK, complete.Do)))
}
