// Command list-users is the Lambda behind "GET /api/users".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	accounts := env.Accounts()
	list := ListUsers{Directory: accounts, Owners: accounts, Users: accounts, Cursors: env.Cursors()}
	return httpapi.Authenticate(env.AdminVerifier(), httpapi.Query(list.Do))
}
