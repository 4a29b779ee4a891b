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
	accounts := dynamo.Accounts{Table: env.Table("IDENTITY_TABLE"), Now: env.Now}
	login := Login{
		Accounts: accounts, Hashes: accounts, Limits: env.Limits(), SignIn: env.SignIn(), Cost: auth.DefaultCost, Random: env.Random, Log: env.Log,
	}
	return httpapi.Command(http.StatusOK, login.Do)
}
