package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"lyceum/local/s3"
)

const (
	region = "eu-west-1"
	bucket = "lyceum-test-files"
	origin = "https://learn.example"
)

// secrets of the test's two callers.
var secrets = map[string]string{"AKIDFIRST": "first secret", "AKIDSECOND": "second secret"}

// endpoint is a running server with one bucket.
type endpoint struct {
	*s3.Server
	url    string
	client *awss3.Client // signs as AKIDFIRST
}

// start serves on a free port of 127.0.0.1 until the test ends. Secret, Region and a temporary folder are filled in.
func start(t *testing.T, o s3.Options, b s3.Bucket) *endpoint {
	t.Helper()
	o.Region, o.Secret = region, secretOf
	server, err := s3.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b.Name = bucket
	if err := server.EnsureBucket(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	url := "http://" + ln.Addr().String()
	t.Cleanup(func() {
		if err := errors.Join(server.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
	return &endpoint{Server: server, url: url, client: newClient(url, "AKIDFIRST", secrets["AKIDFIRST"])}
}

func secretOf(id string) (string, bool) {
	secret, ok := secrets[id]
	return secret, ok
}

func newClient(url, id, secret string) *awss3.Client {
	return awss3.New(awss3.Options{
		Region: region, BaseEndpoint: &url, UsePathStyle: true, RetryMaxAttempts: 1,
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, nil
		}),
	})
}

// put stores content under key and answers the ETag.
func (e *endpoint) put(t *testing.T, key, content string) string {
	t.Helper()
	out, err := e.client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(content)})
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return *out.ETag
}

// content of an object, or the code of the error.
func (e *endpoint) content(t *testing.T, key string) string {
	t.Helper()
	out, err := e.client.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		return code(err)
	}
	return read(t, out.Body)
}

func read(t *testing.T, body io.ReadCloser) string {
	t.Helper()
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// code is the error code of S3, such as NoSuchKey; empty for no error.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// answer of a request made without the SDK.
type answer struct {
	*http.Response
	body string
}

func send(t *testing.T, method, url, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return answer{Response: res, body: read(t, res.Body)}
}

// is checks status and error code; an empty code is that of a success.
func (a answer) is(t *testing.T, status int, code string) {
	t.Helper()
	if got := between(a.body, "<Code>", "</Code>"); a.StatusCode != status || got != code {
		t.Errorf("answer = %d %q, want %d %q\n%s", a.StatusCode, got, status, code, a.body)
	}
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, found := strings.Cut(s, after)
	if !found {
		return ""
	}
	return s
}
