// Package samples holds the lessons a new installation starts with: short courses on Go on Lambda, DynamoDB and running services. They are
// files as `go run ./cmd/lessons import` takes them, at <track>/<two digits>-<slug>.md, built into the binary.
package samples

import "embed"

// Files is the folder of lessons.
//
//go:embed */*.md
var Files embed.FS
