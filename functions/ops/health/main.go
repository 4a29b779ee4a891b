// Command health is the Lambda behind "GET /api/health".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	health := Health{Region: env.Region(), Version: env.Var("APP_VERSION")}
	return httpapi.Query(health.Do)
}
