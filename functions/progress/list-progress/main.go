// Command list-progress is the Lambda behind "GET /api/progress".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListProgress{History: env.Learning(), Cursors: env.Cursors()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(list.Do))
}
