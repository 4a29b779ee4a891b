// Command export-me is the Lambda behind "GET /api/users/me/export".
package main

import (
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	export := ExportMe{Exports: env.Exports(), Cursors: env.Cursors(), Now: env.Now}
	return httpapi.Authenticate(env.Verifier(), env.Audit().Of("users/export-me", httpapi.Query(export.Do)))
}
