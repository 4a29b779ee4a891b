// Command change-password is the Lambda behind "POST /api/auth/password/change".
package main

import (
	"net/http"

	"lyceum/shared/auth"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	change := ChangePassword{
		Accounts: env.Accounts().AtHome(),
		Sessions: env.Sessions(), SignIn: env.SignIn(), Limits: env.Limits(), Cost: auth.DefaultCost, Now: env.Now, Random: env.Random,
		Log: env.Log,
	}
	return httpapi.Authenticate(env.Verifier(), env.Audit().Of("auth/change-password", httpapi.Command(http.StatusOK, change.Do)))
}
