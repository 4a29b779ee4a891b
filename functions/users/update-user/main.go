// Command update-user is the Lambda behind "PATCH /api/users/{id}" and "PUT /api/users/{id}", which do the same.
package main

import (
	"net/http"
	_ "time/tzdata" // to know the zones

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	update := UpdateUser{
		Users: env.Accounts().AtHome(),
		Now:   env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.AdminVerifier(), env.Audit().Of("users/update-user", httpapi.Command(http.StatusOK, update.Do)))
}
