// Command get-upload-content is the Lambda behind "GET /api/uploads/{id}/content" and "HEAD /api/uploads/{id}/content".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetUploadContent{Uploads: env.Uploads(), Files: env.Files()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
