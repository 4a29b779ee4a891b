// Command like-lesson is the Lambda behind "PUT /api/lessons/{id}/like".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	like := LikeLesson{Likes: env.Likes(), Now: env.Now, Random: env.Random}
	return httpapi.Authenticate(env.Verifier(), httpapi.Action(http.StatusOK, like.Do))
}
