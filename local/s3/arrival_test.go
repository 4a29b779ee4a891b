package s3_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/local/s3"
)

// A form of 11 MiB to one that takes 10 gets its answer: the client here sends all of it before it
// reads.
func TestAFormThatIsTooLargeGetsAnAnswer(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	signed, err := awss3.NewPresignClient(e.client).PresignPostObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("staging/1")},
		func(o *awss3.PresignPostOptions) { o.Conditions = []any{[]any{"content-length-range", 1, 10 << 20}} })
	if err != nil {
		t.Fatal(err)
	}
	var body strings.Builder
	for name, value := range signed.Values {
		fmt.Fprintf(&body, "--x\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, value)
	}
	body.WriteString("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n" + strings.Repeat("x", 11<<20) + "\r\n--x--\r\n")
	to, err := url.Parse(signed.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", to.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n%s", to.Path, to.Host, body.Len(), body.String()); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusBadRequest || !strings.Contains(string(answer), "EntityTooLarge") {
		t.Errorf("got %d %s, %v; want 400 EntityTooLarge", res.StatusCode, answer, err)
	}
}

// S3: "Only one auth mechanism allowed".
func TestTwoWaysOfSigningInOneRequestAreRefused(t *testing.T) {
	t.Parallel()
	e := start(t, s3.Options{}, s3.Bucket{})
	e.put(t, "files/1", "0123456789")
	signed, err := awss3.NewPresignClient(e.client).PresignGetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("files/1")})
	if err != nil {
		t.Fatal(err)
	}
	send(t, "GET", signed.URL, "", "Authorization", "Bearer token").is(t, 400, "InvalidArgument")
	if got := send(t, "GET", signed.URL, ""); got.StatusCode != 200 {
		t.Errorf("the link alone: %d %s", got.StatusCode, got.body)
	}
}
