// Command set-role is the Lambda behind "PUT /api/users/{id}/role".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	home := env.Accounts().AtHome()
	set := SetRole{
		Users: home, Admins: home, Sessions: env.Sessions(),
		Now: env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.AdminVerifier(), env.Audit().Of("users/set-role", httpapi.Command(http.StatusOK, set.Do)))
}
