// Command delete-upload is the Lambda behind "DELETE /api/uploads/{id}".
package main

import (
	"net/http"

	"lyceum/shared/domain"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	places := env.Places()
	remove := DeleteUpload{Uploads: env.Uploads(), Files: func(p domain.Place) Files { return places(p) }, Now: env.Now, Random: env.Random}
	return httpapi.Authenticate(env.Verifier(), httpapi.Action(http.StatusNoContent, remove.Do))
}
