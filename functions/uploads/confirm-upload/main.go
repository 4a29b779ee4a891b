// Command confirm-upload is the Lambda behind "POST /api/uploads/{id}/confirm".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	confirm := ConfirmUpload{Confirmation: env.Confirmation()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Action(http.StatusOK, confirm.Do))
}
