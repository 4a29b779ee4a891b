// Command get-analytics is the Lambda behind "GET /api/analytics".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetAnalytics{Analytics: env.Analytics(), Now: env.Now}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
