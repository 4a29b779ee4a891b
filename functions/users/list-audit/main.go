// Command list-audit is the Lambda behind "GET /api/audit" and "GET /api/users/me/activity".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	list := ListAudit{Entries: env.AuditList(), Cursors: env.Cursors()}
	return httpapi.Authenticate(env.AdminVerifier(), httpapi.Query(list.Do))
}
