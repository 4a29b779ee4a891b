// Command get-progress is the Lambda behind "GET /api/progress/{lessonId}".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetProgress{Progress: env.Learning()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
