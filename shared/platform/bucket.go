package platform

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/shared/domain"
	"lyceum/shared/dynamo"
	"lyceum/shared/objects"
)

// slowAnswer bounds the wait for S3 to copy or join a large object: it answers when it is done.
const slowAnswer = 25 * time.Second

// Bucket is the S3 bucket whose name the variable holds. A local endpoint is addressed by path, as it has no name for each bucket.
func (e *Env) Bucket(variable string) objects.Bucket {
	return e.bucket(domain.Place{Bucket: e.Var(variable), Region: e.Region()}, attemptTimeout)
}

// SlowBucket is Bucket for copies and joins, and for buckets of other regions, in whose record the place stands.
func (e *Env) SlowBucket(place domain.Place) objects.Bucket { return e.bucket(place, slowAnswer) }

func (e *Env) bucket(place domain.Place, wait time.Duration) objects.Bucket {
	endpoint, config := e.endpointS3(place.Region), e.config()
	if wait != attemptTimeout {
		config.HTTPClient = HTTPClient(func(t *http.Transport) { t.ResponseHeaderTimeout = wait })
	}
	client := s3.NewFromConfig(config, func(o *s3.Options) {
		o.Region, o.BaseEndpoint, o.UsePathStyle = place.Region, endpoint, endpoint != nil
		// A presigned link is followed by browsers, which check no checksums.
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	staging, regional := strings.CutSuffix(e.Lookup("STAGING_BUCKET"), e.Region())
	if regional {
		staging += place.Region
	}
	return objects.Bucket{Client: client, Name: place.Bucket, Region: place.Region, Staging: staging}
}

// endpointS3 is where S3 of a region is. AWS_ENDPOINT_URLS_S3 lists "region=URL" with commas between, for local stands of several
// regions; it is empty in AWS.
func (e *Env) endpointS3(region string) *string {
	for entry := range strings.SplitSeq(e.Lookup("AWS_ENDPOINT_URLS_S3"), ",") {
		if name, url, ok := strings.Cut(strings.TrimSpace(entry), "="); ok && name == region {
			return &url
		}
	}
	return e.endpoint("AWS_ENDPOINT_URL_S3")
}

// Uploads is the record of users' files in LEARNING_TABLE.
func (e *Env) Uploads() dynamo.Uploads {
	return dynamo.Uploads{Table: e.Table("LEARNING_TABLE"), Region: e.Region(), Regions: e.Regions(), Now: e.Now}
}

// Confirmation makes files of what has arrived in staging.
func (e *Env) Confirmation() domain.Confirmation {
	buckets := e.Places()
	return domain.Confirmation{
		Uploads: e.Uploads(), Files: func(p domain.Place) domain.StagedFiles { return buckets(p) }, Now: e.Now, Random: e.Random,
	}
}

// Places reaches the buckets that records name. The clients are made once.
func (e *Env) Places() func(domain.Place) objects.Bucket {
	here := e.SlowBucket(domain.Place{Bucket: e.Var("UPLOADS_BUCKET"), Region: e.Region()})
	return func(place domain.Place) objects.Bucket {
		if place == here.Place() {
			return here
		}
		return e.SlowBucket(place)
	}
}

// Files leads to users' files.
func (e *Env) Files() objects.Files {
	return objects.Files{Here: e.Bucket("UPLOADS_BUCKET"), At: e.SlowBucket}
}

// QuotaLimit is what a user's files may take: UPLOAD_QUOTA_BYTES and UPLOAD_QUOTA_FILES.
func (e *Env) QuotaLimit() domain.Usage {
	return domain.Usage{Bytes: e.Number("UPLOAD_QUOTA_BYTES"), Files: int(e.Number("UPLOAD_QUOTA_FILES"))}
}

// Number is a variable that must be a whole number of at least 1.
func (e *Env) Number(name string) int64 {
	n, err := strconv.ParseInt(e.Var(name), 10, 64)
	if err == nil && n < 1 {
		err = errors.New("must be at least 1")
	}
	if err != nil {
		e.fail(name, fmt.Errorf("must be a whole number: %w", err))
	}
	return n
}
