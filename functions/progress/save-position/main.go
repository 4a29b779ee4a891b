// Command save-position is the Lambda behind "PUT /api/lessons/{id}/position".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	save := SavePosition{Learning: env.Learning(), Now: env.Now, Random: env.Random}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusOK, save.Do))
}
