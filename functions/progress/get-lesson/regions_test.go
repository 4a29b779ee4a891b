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

// elsewhere opens another region's content bucket, and an API that knows it beside the regions
// given.
func elsewhere(t *testing.T, stand *localtest.Stand, region, known string) (*localtest.API, objects.Bucket) {
	t.Helper()
	there := buckets.Elsewhere(t, stand, region)
	base, _ := strings.CutSuffix(stand.Variable("CONTENT_BUCKET"), localtest.Region)
	bucket := objects.Bucket{Name: base + region, Client: s3.New(stand.Stack.S3(there).Options(), func(o *s3.Options) { o.Region = region })}
	env := stand.Env(t, name)
	variable := env.Lookup
	env.Lookup = func(name string) string {
		switch name {
		case "REGIONS":
			return known
		case "AWS_ENDPOINT_URLS_S3":
			return region + "=" + there + ",eu-west-3=http://127.0.0.1:1" // nobody listens there
		}
		return variable(name)
	}
	return stand.ServeEnv(t, name, env, handler), bucket
}

// A region that was added has no bodies of before until Batch Replication has copied them.
func TestBodyIsReadFromAnotherRegionUntilItIsHere(t *testing.T) {
	t.Parallel()
	stand := localtest.New(t)
	buckets.Open(t, stand)
	user := stand.NewUser(t)
	for about, known := range map[string]string{
		"the other region answers":         localtest.Region + ",eu-west-1",
		"and so while a third one is down": localtest.Region + ",eu-west-3,eu-west-1",
	} {
		t.Run(about, func(t *testing.T) {
			api, there := elsewhere(t, stand, "eu-west-1", known)
			made := stand.NewLesson(t, "go", 1).State()
			api.Get(path(made.ID.String()), user.Token).Fails(t, http.StatusServiceUnavailable, map[bool]string{
				true: "lesson.content_missing", false: "storage.unavailable"}[!strings.Contains(known, "eu-west-3")])
			if err := there.Put(t.Context(), made.ContentKey, "text/html", []byte("<p>far</p>")); err != nil {
				t.Fatal(err)
			}
			var got lesson
			if api.Get(path(made.ID.String()), user.Token).Data(t, http.StatusOK, &got); got.Content != "<p>far</p>" {
				t.Errorf("got %q, want the other region's body", got.Content)
			}
		})
	}
}
