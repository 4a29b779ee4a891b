// Command list-certificates is the Lambda behind "GET /api/certificates".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListCertificates{Certificates: env.Certificates()}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(list.Do))
}
