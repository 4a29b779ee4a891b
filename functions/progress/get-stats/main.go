// Command get-stats is the Lambda behind "GET /api/progress/stats".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetStats{Stats: env.Learning()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
