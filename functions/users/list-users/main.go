// Command list-users is the Lambda behind "GET /api/users".
package main

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListUsers{Directory: dynamo.Accounts{Table: env.Table("IDENTITY_TABLE"), Now: env.Now}, Cursors: env.Cursors()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(list.Do))
}
