package main

import (
	"strings"
	"testing"

	"lyceum/local/iam"
	"lyceum/local/localtest"
	"lyceum/shared/domain"
)

// A record names the bucket that has the bytes, which may be another region's.
func TestWhoFollowsARecordMayReachTheBucketsOfAllRegions(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	arn := func(object, region string) string {
		bucket := stand.Variable("UPLOADS_BUCKET")
		if strings.HasPrefix(object, domain.StagingPrefix) {
			bucket = stand.Variable("STAGING_BUCKET")
		}
		return "arn:aws:s3:::" + strings.TrimSuffix(bucket, localtest.Region) + region + "/" + object
	}
	for function, calls := range map[string][]string{
		"uploads/delete-upload":      {"s3:DeleteObject files/x", "s3:DeleteObject thumbs/x", "s3:DeleteObject staging/x", "s3:AbortMultipartUpload staging/x"},
		"uploads/confirm-upload":     {"s3:GetObject staging/x", "s3:DeleteObject staging/x", "s3:PutObject files/x"},
		"uploads/on-object-created":  {"s3:GetObject staging/x", "s3:PutObject files/x"},
		"uploads/complete-multipart": {"s3:PutObject staging/x", "s3:PutObject files/x"},
		"uploads/sign-parts":         {"s3:PutObject staging/x"},
		"uploads/list-parts":         {"s3:ListMultipartUploadParts staging/x"},
		"uploads/get-upload":         {"s3:GetObject files/x"},
		"uploads/get-upload-content": {"s3:GetObject files/x"},
		"uploads/make-thumbnails":    {"s3:GetObject files/x", "s3:PutObject thumbs/x", "s3:DeleteObjectVersion thumbs/x"},
		"users/get-avatar":           {"s3:GetObject thumbs/x"},
		"users/erase-user":           {"s3:DeleteObjectVersion files/x", "s3:DeleteObjectVersion thumbs/x"},
	} {
		key := stand.Env(t, function).Lookup("AWS_ACCESS_KEY_ID")
		for _, call := range calls {
			action, object, _ := strings.Cut(call, " ")
			for _, region := range []string{localtest.Region, "ap-northeast-1"} {
				if err := stand.Stack.Authorize(key, iam.Call{Action: action, Resource: arn(object, region)}); err != nil {
					t.Errorf("%s, %s in %s: %v", function, call, region, err)
				}
			}
			if stand.Stack.Authorize(key, iam.Call{Action: action, Resource: "arn:aws:s3:::another/" + object}) == nil {
				t.Errorf("%s may %s in another's bucket", function, call)
			}
		}
		stand.ExpectRefused(t, function)
	}
}
