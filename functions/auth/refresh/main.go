// Command refresh is the Lambda behind "POST /api/auth/refresh".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	sessions := env.Sessions()
	sessions.Identity = env.Table("IDENTITY_TABLE").Name
	refresh := Refresh{Sessions: sessions, Ender: sessions, SignIn: env.SignIn(), Now: env.Now, Log: env.Log}
	return httpapi.Command(http.StatusOK, refresh.Do)
}
