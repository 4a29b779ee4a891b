package signature_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"lyceum/local/signature"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	service := signature.Service{Name: "sqs", Region: "eu-west-1", Secret: func(id string) (string, bool) { return "secret", id == "me" }}
	const body = `{"QueueUrl":"a"}`
	for _, tt := range []struct {
		name, id, secret, service, region, body string
		age                                     time.Duration
		unsignedLength                          bool // as botocore signs
		change                                  func(*http.Request)
		want                                    error
	}{
		{name: "a good request"},
		{name: "another body", body: `{"QueueUrl":"b"}`, want: signature.ErrWrong},
		{name: "another key", id: "you", want: signature.ErrNobody},
		{name: "another secret", secret: "guess", want: signature.ErrWrong},
		{name: "another service", service: "events", want: signature.ErrWrong},
		{name: "another region", region: "us-east-1", want: signature.ErrWrong},
		{name: "an old request", age: 16 * time.Minute, want: signature.ErrWrong},
		{name: "a request of tomorrow", age: -16 * time.Minute, want: signature.ErrWrong},
		{name: "another path", change: func(r *http.Request) { r.URL.Path = "/_local/other" }, want: signature.ErrWrong},
		{name: "another action", change: func(r *http.Request) { r.Header.Set("X-Amz-Target", "AmazonSQS.DeleteMessage") }, want: signature.ErrWrong},
		{name: "a request whose length is not signed", unsignedLength: true},
		{name: "another body under an unsigned length", unsignedLength: true, body: `{"QueueUrl":"b"}`, want: signature.ErrWrong},
		{name: "no signature", change: func(r *http.Request) { r.Header.Del("Authorization") }, want: signature.ErrNobody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			or := func(text, otherwise string) string {
				if text == "" {
					return otherwise
				}
				return text
			}
			r := httptest.NewRequest(http.MethodPost, "http://localhost:3000/_local/sqs/", bytes.NewReader(nil))
			r.Header.Set("X-Amz-Target", "AmazonSQS.ReceiveMessage")
			if !tt.unsignedLength {
				r.ContentLength = int64(len(body))
			}
			sum := sha256.Sum256([]byte(body))
			keys := aws.Credentials{AccessKeyID: or(tt.id, "me"), SecretAccessKey: or(tt.secret, "secret")}
			err := v4.NewSigner().SignHTTP(t.Context(), keys, r, hex.EncodeToString(sum[:]), or(tt.service, "sqs"), or(tt.region, "eu-west-1"), time.Now().Add(-tt.age))
			if err != nil {
				t.Fatal(err)
			}
			if tt.change != nil {
				tt.change(r)
			}
			id, err := service.Check(r, []byte(or(tt.body, body)))
			if !errors.Is(err, tt.want) || (id == "me") != (tt.want == nil) {
				t.Errorf("got %q, %v, want %v", id, err, tt.want)
			}
		})
	}
}
