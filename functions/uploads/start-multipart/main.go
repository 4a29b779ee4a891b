// Command start-multipart is the Lambda behind "POST /api/uploads/multipart".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	bucket := env.Bucket("UPLOADS_BUCKET")
	start := StartMultipart{
		Uploads: env.Uploads(), Objects: bucket, Place: bucket.Place(), MaxSize: env.Number("MULTIPART_MAX_BYTES"), Quota: env.QuotaLimit(),
		Now: env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusCreated, start.Do))
}
