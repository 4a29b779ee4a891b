// Command get-user is the Lambda behind "GET /api/users/{id}".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetUser{Users: env.Accounts()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
