// Command delete-avatar is the Lambda behind "DELETE /api/users/me/avatar".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	remove := DeleteAvatar{Avatars: env.Uploads()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Action(http.StatusNoContent, remove.Do))
}
