package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/objects"
)

// S3 replicates a file, but not that its versions are erased.
func TestD56FilesAreErasedInEveryRegion(t *testing.T) {
	t.Parallel()
	const other = "eu-west-1"
	stand := localtest.New(t)
	buckets.Open(t, stand)
	there := buckets.Elsewhere(t, stand, other)
	user, token := life(t, stand, "ana@example.org", 1)

	name, _ := strings.CutSuffix(stand.Variable("UPLOADS_BUCKET"), localtest.Region)
	copies := objects.Bucket{Name: name + other, Client: s3.New(stand.Stack.S3(there).Options(), func(o *s3.Options) { o.Region = other })}
	key := ""
	for _, item := range stand.Items(t, "LEARNING_TABLE") {
		if k, ok := item["objectKey"].(string); ok {
			key = k
		}
	}
	must(t, copies.Put(t.Context(), key, "application/pdf", pdf))

	env := stand.Env(t, "users/delete-me")
	variable := env.Lookup
	env.Lookup = func(name string) string {
		switch name {
		case "REGIONS":
			return localtest.Region + "," + other
		case "AWS_ENDPOINT_URLS_S3":
			return other + "=" + there
		}
		return variable(name)
	}
	remove(stand.ServeEnv(t, "users/delete-me", env, handler), token, localtest.Password).Data(t, http.StatusOK, &Out{})
	for region, bucket := range map[string]objects.Bucket{localtest.Region: buckets.Bucket(stand, "UPLOADS_BUCKET"), other: copies} {
		left, err := bucket.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket.Name})
		must(t, err)
		if len(left.Versions)+len(left.DeleteMarkers) != 0 {
			t.Errorf("%s still has %d versions of %s's file", region, len(left.Versions), user.ID)
		}
	}
}
