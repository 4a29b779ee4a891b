// Command get-certificate-key is the Lambda behind "GET /api/certificates/keys/{kid}". It needs no token.
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetCertificateKey{Keys: env.Certificates()}
	return httpapi.Query(get.Do)
}
