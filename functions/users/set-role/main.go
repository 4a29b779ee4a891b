// Command set-role is the Lambda behind "PUT /api/users/{id}/role".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	set := SetRole{
		Users: dynamo.Accounts{Table: env.Table("IDENTITY_TABLE"), Now: env.Now},
		Now:   env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusOK, set.Do))
}
