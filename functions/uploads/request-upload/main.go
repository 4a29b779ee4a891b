// Command request-upload is the Lambda behind "POST /api/uploads/request".
package main

import (
	"net/http"
	"time"

	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	bucket := env.Bucket("UPLOADS_BUCKET")
	request := RequestUpload{
		Uploads: env.Uploads(), Forms: bucket, Place: bucket.Place(), MaxSize: env.Number("UPLOAD_MAX_BYTES"), Quota: env.QuotaLimit(),
		Valid: time.Duration(env.Number("UPLOAD_FORM_SECONDS")) * time.Second, Now: env.Now, Random: env.Random,
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Command(http.StatusCreated, request.Do))
}
