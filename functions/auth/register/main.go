// Command register is the Lambda behind "POST /api/auth/register".
package main

import (
	"net/http"
	_ "time/tzdata" // to know the zones

	"lyceum/shared/auth"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	register := Register{
		Accounts: env.Accounts(),
		SignIn:   env.SignIn(), Cost: auth.DefaultCost, Now: env.Now, Random: env.Random,
	}
	return env.Limits().ByIP(httpapi.RegisterIP, env.Audit().Of("auth/register", httpapi.Command(http.StatusCreated, register.Do)))
}
