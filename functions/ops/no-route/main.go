// Command no-route is the Lambda behind "$default": every request that no other route takes.
package main

import (
	"lyceum"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(*platform.Env) httpapi.Handler {
	noRoute := NoRoute{Routes: readRoutes(lyceum.Template)}
	return httpapi.Query(noRoute.Do)
}
