// Command reorder-lessons is the Lambda behind "POST /api/lessons/order".
package main

import (
	"net/http"

	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	reorder := ReorderLessons{Lessons: dynamo.Lessons{Table: env.Table("LEARNING_TABLE"), Region: env.Region()}, Now: env.Now}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Command(http.StatusOK, reorder.Do))
}
