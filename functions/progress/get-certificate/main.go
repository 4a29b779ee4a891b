// Command get-certificate is the Lambda behind "GET /api/certificates/{id}". It needs no token.
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetCertificate{Certificates: env.Certificates(), Verifier: env.CredentialVerifier()}
	return httpapi.Query(get.Do)
}
