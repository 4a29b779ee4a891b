package platform

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/shared/objects"
)

// Bucket is the S3 bucket whose name the variable holds. A local endpoint is addressed by path, as it has no name for each bucket.
func (e *Env) Bucket(variable string) objects.Bucket {
	endpoint := e.endpoint("AWS_ENDPOINT_URL_S3")
	client := s3.NewFromConfig(e.config(), func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = endpoint, endpoint != nil
		// A presigned link is followed by browsers, which check no checksums.
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	return objects.Bucket{Client: client, Name: e.Var(variable)}
}
