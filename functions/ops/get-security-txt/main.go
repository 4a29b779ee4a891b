// Command get-security-txt is the Lambda behind "GET /.well-known/security.txt".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	return httpapi.Query(GetSecurityTxt{Contact: env.Lookup("SECURITY_CONTACT"), Now: env.Now}.Do)
}
