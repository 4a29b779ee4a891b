// Command get-jwks is the Lambda behind "GET /.well-known/jwks.json".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	return httpapi.Query(GetJwks{Keys: env.VerifyingKeys()}.Do)
}
