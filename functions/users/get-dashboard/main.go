// Command get-dashboard is the Lambda behind "GET /api/users/me/dashboard".
package main

import (
	_ "time/tzdata" // what today is depends on the user's zone

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetDashboard{Dashboards: env.Learning(), Now: env.Now}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
