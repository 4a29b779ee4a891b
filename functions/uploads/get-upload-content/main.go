// Command get-upload-content is the Lambda behind "GET /api/uploads/{id}/content".
package main

import (
	"lyceum/shared/dynamo"
	"lyceum/shared/httpapi"
	"lyceum/shared/platform"
)

func main() { platform.Start(handler) }

func handler(env *platform.Env) httpapi.Handler {
	get := GetUploadContent{
		Uploads: dynamo.Uploads{Table: env.Table("LEARNING_TABLE"), Region: env.Region()},
		Objects: env.Bucket("UPLOADS_BUCKET"),
	}
	return httpapi.Authenticate(env.Verifier(), httpapi.Query(get.Do))
}
