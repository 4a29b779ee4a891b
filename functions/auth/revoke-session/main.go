// Command revoke-session is the Lambda behind "DELETE /api/auth/sessions/{id}".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	sessions := env.Sessions()
	revoke := RevokeSession{Owners: sessions, Ender: sessions}
	return httpapi.Authenticate(env.Verifier(), env.Audit().Of("auth/revoke-session", httpapi.Action(http.StatusNoContent, revoke.Do)))
}
