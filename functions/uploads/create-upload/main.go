// Command create-upload is the Lambda behind "POST /api/uploads".
package main

import (
	"net/http"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	bucket := env.Bucket("UPLOADS_BUCKET")
	create := CreateUpload{
		Uploads: env.Uploads(), Objects: bucket, Place: bucket.Place(), Quota: env.QuotaLimit(), Now: env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Idempotent(env.Idempotency(), env.Log, httpapi.Form(http.StatusCreated, create.Do)))
}
