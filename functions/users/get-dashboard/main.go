// Command get-dashboard is the Lambda behind "GET /api/users/me/dashboard".
package main

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetDashboard{Dashboards: dynamo.Learning{
		Table: env.Table("LEARNING_TABLE"), Region: env.Region(), Regions: env.Regions(), Identity: env.Table("IDENTITY_TABLE").Name,
	}}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
