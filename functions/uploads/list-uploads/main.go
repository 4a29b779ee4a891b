// Command list-uploads is the Lambda behind "GET /api/uploads".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListUploads{Uploads: env.Uploads(), Cursors: env.Cursors()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(list.Do))
}
