// Command unlike-lesson is the Lambda behind "DELETE /api/lessons/{id}/like".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	unlike := UnlikeLesson{Likes: env.Likes(), Now: env.Now}
	return httpapi.Authenticate(env.Verifier(), httpapi.Action(http.StatusOK, unlike.Do))
}
