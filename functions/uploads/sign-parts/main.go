// Command sign-parts is the Lambda behind "POST /api/uploads/{id}/parts".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	sign := SignParts{Uploads: env.Uploads(), Places: env.Places(), Now: env.Now}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusOK, sign.Do))
}
