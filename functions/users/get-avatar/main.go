// Command get-avatar is the Lambda behind "GET /api/users/{id}/avatar".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetAvatar{Uploads: env.Uploads(), Files: env.Files()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
