// Command get-me is the Lambda behind "GET /api/users/me".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetMe{Users: env.Accounts()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
