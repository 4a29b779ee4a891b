// Package buckets adds S3 to a localtest.Stand. It is a package of its own because the S3 server is large: tests that need no files
// neither compile nor link it.
package buckets

import (
	"log/slog"
	"net"
	"strings"
	"testing"

	"lyceum/local/iam"
	"lyceum/local/localtest"
	"lyceum/local/s3"
	"lyceum/shared/objects"
)

// Open starts S3 with the template's buckets and tells the stand's functions where it is. Call it before Serve.
func Open(t testing.TB, stand *localtest.Stand) {
	t.Helper()
	stand.S3 = open(t, stand, localtest.Region)
}

// Elsewhere starts the same S3 of another region, where each bucket's name ends with that region. It returns the endpoint.
func Elsewhere(t testing.TB, stand *localtest.Stand, region string) string {
	t.Helper()
	return open(t, stand, region)
}

func open(t testing.TB, stand *localtest.Stand, region string) (endpoint string) {
	t.Helper()
	server, err := s3.Open(s3.Options{
		Dir: t.TempDir(), Region: region, Secret: stand.Stack.Secret, Log: slog.New(slog.DiscardHandler),
		Authorize: func(r s3.Request) error {
			return stand.Stack.Authorize(r.AccessKeyID, iam.Call{Action: r.Action, Resource: r.Resource, Prefix: r.Prefix})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener) // ends with Close
	for _, b := range stand.Stack.Buckets {
		bucket := s3.Bucket{Name: strings.TrimSuffix(b.Name, localtest.Region) + region, Versioned: b.Versioned}
		for _, rule := range b.CORS {
			bucket.CORS = append(bucket.CORS, s3.CORS(rule))
		}
		if err := server.EnsureBucket(t.Context(), bucket); err != nil {
			t.Fatal(err)
		}
	}
	return "http://" + listener.Addr().String()
}

// Bucket is a bucket by its variable in the template, such as UPLOADS_BUCKET, with the developer's rights.
func Bucket(stand *localtest.Stand, variable string) objects.Bucket {
	return objects.Bucket{Client: stand.Stack.S3(stand.S3), Name: stand.Variable(variable), Region: localtest.Region, Staging: stand.Variable("STAGING_BUCKET")}
}
