// Command delete-me is the Lambda behind "DELETE /api/users/me".
package main

import (
	"net/http"

	"lyceum/shared/auth"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	erasures := env.Erasures()
	home := env.Accounts().AtHome()
	remove := DeleteMe{
		Erasures: erasures, Accounts: home, Admins: home, Outbox: env.Outbox(), Limits: env.Limits(), Cost: auth.DefaultCost, Now: env.Now, Random: env.Random,
	}
	guard := auth.Guard{Tokens: env.Tokens(), Sessions: erasures}
	return httpapi.Authenticate(guard, httpapi.Command(http.StatusOK, remove.Do))
}
