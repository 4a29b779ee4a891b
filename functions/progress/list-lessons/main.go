// Command list-lessons is the Lambda behind "GET /api/lessons".
package main

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListLessons{Catalogue: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}, Cursors: env.Cursors()}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Query(list.Do))
}
