// Command deep-health is the Lambda behind "GET /api/health/deep".
package main

import (
	"context"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	health := &DeepHealth{Region: env.Region(), Version: env.Var("APP_VERSION"), Now: env.Now, Parts: map[string]func(context.Context) error{
		"identity":  env.Table("IDENTITY_TABLE").Ping,
		"learning":  env.Table("LEARNING_TABLE").Ping,
		"ephemeral": env.Table("EPHEMERAL_TABLE").Ping,
		"limits":    env.Table("LIMITS_TABLE").PingHash,
		"content":   env.Bucket("CONTENT_BUCKET").Ping,
		"uploads":   env.Bucket("UPLOADS_BUCKET").Ping,
	}}
	return httpapi.Query(health.Do)
}
