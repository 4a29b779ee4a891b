// Command get-lesson is the Lambda behind "GET /api/lessons/{id}".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetLesson{Lessons: env.Likes(), Bodies: env.Contents()}
	return httpapi.Authenticate(env.StaffVerifier(), httpapi.Query(get.Do))
}
