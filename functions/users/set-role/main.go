// Command set-role is the Lambda behind "PUT /api/users/{id}/role".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	set := SetRole{
		Users: env.Accounts().AtHome(),
		Now:   env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusOK, set.Do))
}
