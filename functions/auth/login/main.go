// Command login is the Lambda behind "POST /api/auth/login".
package main

import (
	"net/http"

	"lyceum/shared/auth"
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	login := Login{
		Accounts: dynamo.Accounts{Table: env.Table("IDENTITY_TABLE"), Now: env.Now},
		SignIn:   env.SignIn(), Cost: auth.DefaultCost,
	}
	return httpapi.Command(http.StatusOK, login.Do)
}
