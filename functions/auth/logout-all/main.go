// Command logout-all is the Lambda behind "POST /api/auth/logout-all".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	logoutAll := LogoutAll{Sessions: env.Sessions(), Now: env.Now}
	return httpapi.Authenticate(env.Verifier(), env.Audit().Of("auth/logout-all", httpapi.Action(http.StatusNoContent, logoutAll.Do)))
}
