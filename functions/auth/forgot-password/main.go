// Command forgot-password is the Lambda behind "POST /api/auth/password/forgot".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	forgot := ForgotPassword{Owners: env.Accounts(), Outbox: env.Outbox(), Limits: env.Limits(), Now: env.Now, Random: env.Random}
	return env.Limits().ByIP(httpapi.ForgotIP, httpapi.Command(http.StatusAccepted, forgot.Do))
}
