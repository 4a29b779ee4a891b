// Package signature checks requests that an AWS SDK has signed, for the small services that stand beside the local HTTP API.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// maxSkew is how far a client's clock may be from ours.
const maxSkew = 15 * time.Minute

// What is wrong with a signature. AWS's error codes are InvalidClientTokenId and SignatureDoesNotMatch.
var (
	ErrNobody = errors.New("the security token included in the request is invalid")
	ErrWrong  = errors.New("the request signature we calculated does not match the signature you provided")
)

// Service is one service of one region.
type Service struct {
	Name, Region string
	Secret       func(accessKeyID string) (secret string, ok bool)
}

// Check returns whose access key has signed the request, whose body was read already. It signs the request again with the caller's secret
// (Signature Version 4, in the header Authorization) and compares.
func (s Service) Check(r *http.Request, body []byte) (accessKeyID string, err error) {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	accessKeyID, _, _ = strings.Cut(credential, "/")
	secret, ok := s.Secret(accessKeyID)
	if !ok || secret == "" {
		return "", ErrNobody
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || time.Since(at).Abs() > maxSkew {
		return "", ErrWrong
	}
	again := &http.Request{
		Method: r.Method, URL: &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery},
		Host: r.Host, Header: http.Header{},
	}
	_, signed, _ := strings.Cut(credential, "SignedHeaders=")
	signed, _, _ = strings.Cut(signed, ",")
	for name := range strings.SplitSeq(signed, ";") {
		if name == "content-length" { // Go's SDK signs it, botocore (boto3, the AWS CLI) does not
			again.ContentLength = int64(len(body))
		}
		if values := r.Header.Values(name); len(values) > 0 {
			again.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	sum := sha256.Sum256(body)
	keys := aws.Credentials{AccessKeyID: accessKeyID, SecretAccessKey: secret}
	if err := v4.NewSigner().SignHTTP(r.Context(), keys, again, hex.EncodeToString(sum[:]), s.Name, s.Region, at); err != nil {
		return "", err
	}
	_, calculated, _ := strings.Cut(again.Header.Get("Authorization"), "Signature=")
	_, given, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
	if !hmac.Equal([]byte(calculated), []byte(given)) {
		return "", ErrWrong
	}
	return accessKeyID, nil
}
