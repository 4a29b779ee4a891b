// Command login is the Lambda behind "POST /api/auth/login".
package main

import (
	"net/http"

	"lyceum/shared/auth"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	accounts := env.Accounts()
	login := Login{
		Accounts: accounts, Hashes: accounts.AtHome(), Limits: env.Limits(), SignIn: env.SignIn(), Cost: auth.DefaultCost, Random: env.Random, Log: env.Log,
	}
	return env.Audit().Of("auth/login", httpapi.Command(http.StatusOK, login.Do))
}
