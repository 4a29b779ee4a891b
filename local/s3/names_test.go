package s3_test

import (
	"net/http"
	"testing"

	"lyceum/local/s3"
)

// A page whose name resolves to this machine could else use the well-known key of the local S3.
func TestNamesOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	for host, refused := range map[string]bool{"evil.example:9000": true, "localhost:9000": false} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+"/"+bucket, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.StatusCode == http.StatusMisdirectedRequest; got != refused {
			t.Errorf("%s: got %d, refused should be %v", host, res.StatusCode, refused)
		}
	}
}
