// Command resend-verification is the Lambda behind "POST /api/auth/email/resend".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	resend := ResendVerification{Users: env.Accounts(), Outbox: env.Outbox(), Limits: env.Limits(), Now: env.Now, Random: env.Random}
	return httpapi.Authenticate(env.Verifier(), httpapi.Action(http.StatusAccepted, resend.Do))
}
