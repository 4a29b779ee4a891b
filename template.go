// Package lyceum holds template.yaml for the one function that must know all routes: functions/ops/no-route.
package lyceum

import _ "embed"

// Template is template.yaml, the single source of routes.
//
//go:embed template.yaml
var Template []byte
