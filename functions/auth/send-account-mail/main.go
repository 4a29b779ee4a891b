// Command send-account-mail is the Lambda behind the event "auth.reset_requested", the event "auth.verification_requested",
// the event "auth.email_change_requested", the event "auth.password_changed", the event "user.email_changed"
// and the event "user.role_changed".
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/mail/letters"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	post := letters.Post{Mailer: env.Mailer(), Limiter: env.Limits().Limiter, Once: env.Idempotency(), Now: env.Now, Log: env.Log}
	accounts := env.Accounts()
	return SendAccountMail{Users: accounts, Owners: accounts, Links: env.Links(), Post: post}.Do
}
