// Command complete-multipart is the Lambda behind "POST /api/uploads/{id}/complete".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	complete := CompleteMultipart{Uploads: env.Uploads(), Places: env.Places(), Confirmation: env.Confirmation()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Action(http.StatusOK, complete.Do))
}
