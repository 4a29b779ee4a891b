// Command change-email is the Lambda behind "POST /api/auth/email/change".
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
	change := ChangeEmail{
		Accounts: home, Users: home, Limits: env.Limits(), Cost: auth.DefaultCost, Now: env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.Verifier(), env.Audit().Of("auth/change-email", httpapi.Command(http.StatusAccepted, change.Do)))
}
