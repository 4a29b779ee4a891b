// Command no-route is the Lambda behind "$default": every request that no other route takes.
package main

import (
	"strings"

	"lyceum"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	noRoute := NoRoute{Routes: readRoutes(lyceum.Template)}
	cors := readCORS(lyceum.Template)
	cors.Origins = strings.Split(env.Var("ALLOWED_ORIGINS"), ",")
	return httpapi.Preflights(cors, httpapi.Query(noRoute.Do))
}
