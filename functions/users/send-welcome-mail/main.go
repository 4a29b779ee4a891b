// Command send-welcome-mail is the Lambda behind the event "user.created".
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/mail/letters"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	post := letters.Post{Mailer: env.Mailer(), Limiter: env.Limits().Limiter, Once: env.Idempotency(), Now: env.Now, Log: env.Log}
	return SendWelcomeMail{Users: env.Accounts(), Links: env.Links(), Post: post}.Do
}
