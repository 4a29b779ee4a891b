// Command reset-password is the Lambda behind "POST /api/auth/password/reset".
package main

import (
	"net/http"

	"lyceum/shared/auth"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	home := env.Accounts().AtHome()
	reset := ResetPassword{
		Links: home, Users: home, Accounts: home, Sessions: env.Sessions(), Limits: env.Limits(), Cost: auth.DefaultCost, Now: env.Now, Random: env.Random,
		Log: env.Log,
	}
	return env.Audit().Of("auth/reset-password", httpapi.Command(http.StatusNoContent, reset.Do))
}
