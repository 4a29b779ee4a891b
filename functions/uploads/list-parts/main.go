// Command list-parts is the Lambda behind "GET /api/uploads/{id}/parts".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListParts{Uploads: env.Uploads(), Places: env.Places()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(list.Do))
}
