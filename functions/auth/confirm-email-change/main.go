// Command confirm-email-change is the Lambda behind "POST /api/auth/email/change/confirm".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	home := env.Accounts().AtHome()
	confirm := ConfirmEmailChange{Links: home, Changes: home, Now: env.Now, Random: env.Random}
	return env.Audit().Of("auth/confirm-email-change", httpapi.Command(http.StatusNoContent, confirm.Do))
}
