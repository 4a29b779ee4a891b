// Command sync-progress is the Lambda behind "POST /api/progress/sync".
package main

import (
	"net/http"
	_ "time/tzdata" // days are counted in the learner's zone

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	sync := SyncProgress{Learning: env.Learning(), Now: env.Now, Random: env.Random}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusOK, sync.Do))
}
