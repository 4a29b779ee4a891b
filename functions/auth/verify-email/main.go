// Command verify-email is the Lambda behind "POST /api/auth/email/verify".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	home := env.Accounts().AtHome()
	verify := VerifyEmail{Links: home, Users: home, Now: env.Now, Random: env.Random}
	return env.Audit().Of("auth/verify-email", httpapi.Command(http.StatusNoContent, verify.Do))
}
