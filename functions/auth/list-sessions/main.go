// Command list-sessions is the Lambda behind "GET /api/auth/sessions".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListSessions{Sessions: env.Sessions()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(list.Do))
}
