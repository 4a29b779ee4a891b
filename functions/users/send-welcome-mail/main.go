// Command send-welcome-mail is the Lambda behind the event "user.created".
package main

import (
	"lyceum/shared/events"
	"lyceum/shared/mail/letters"
	"lyceum/shared/platform"
)

func main() { platform.Consume(handler) }

func handler(env *platform.Env) events.Handler {
	return SendWelcomeMail{Users: env.Accounts(), Links: env.Links(), Post: letters.Post{Mailer: env.Mailer(), Log: env.Log}}.Do
}
