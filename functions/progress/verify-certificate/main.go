// Command verify-certificate is the Lambda behind "POST /api/certificates/verify". It needs no token and changes nothing.
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	verify := VerifyCertificate{Certificates: env.Certificates(), Verifier: env.CredentialVerifier()}
	return httpapi.Command(http.StatusOK, verify.Do)
}
