// Command logout is the Lambda behind "POST /api/auth/logout".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	logout := Logout{Sessions: env.Sessions()}
	return httpapi.Authenticate(env.Verifier(), env.Audit().Of("auth/logout", httpapi.Action(http.StatusNoContent, logout.Do)))
}
