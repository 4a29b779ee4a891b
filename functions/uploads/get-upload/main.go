// Command get-upload is the Lambda behind "GET /api/uploads/{id}".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetUpload{Uploads: env.Uploads(), Files: env.Files(), Now: env.Now}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
