package s3

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strings"

	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
)

// Request is one permission that a call needs, as IAM names it.
//
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
type Request struct {
	AccessKeyID string // that signed the request, the presigned link or the POST policy
	Action      string // such as s3:GetObject
	Resource    string // arn:aws:s3:::bucket or arn:aws:s3:::bucket/key
	Prefix      string // asked for when listing (s3:prefix)
}

// keys tells the gateway the signing keys. All accounts are administrators to it: what they may do is decided in this package.
type keys struct {
	auth.IAMService // refuses to change accounts
	secret          func(string) (string, bool)
}

func newKeys(secret func(string) (string, bool)) keys {
	return keys{IAMService: auth.NewIAMServiceSingle(auth.Account{}), secret: secret}
}

func (k keys) GetUserAccount(id string) (auth.Account, error) {
	id = strings.Clone(id) // the gateway's strings change with the next request
	secret, ok := k.secret(id)
	if !ok {
		return auth.Account{}, auth.ErrNoSuchUser
	}
	return auth.Account{Access: id, Secret: secret, Role: auth.RoleAdmin}, nil
}

// DeriveSigningKey makes the gateway accept session tokens.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func (k keys) DeriveSigningKey(id, _, date, region, service string) ([]byte, auth.Account, error) {
	account, err := k.GetUserAccount(id)
	if err != nil {
		return nil, auth.Account{}, err
	}
	key := []byte("AWS4" + account.Secret)
	for _, part := range []string{date, region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return key, account, nil
}

// allow asks whether the caller may do action on an object, or on the bucket when key is empty.
func (s *store) allow(ctx context.Context, action, bucket, key string) error {
	return s.allowPrefix(ctx, action, bucket, key, "")
}

func (s *store) allowPrefix(ctx context.Context, action, bucket, key, prefix string) error {
	account, _ := ctx.Value(string(utils.ContextKeyAccount)).(auth.Account)
	if account.Access == "" {
		return s3err.GetAPIError(s3err.ErrAccessDenied)
	}
	if s.authorize == nil {
		return nil
	}
	resource := "arn:aws:s3:::" + bucket
	if key != "" {
		resource += "/" + key
	}
	if err := s.authorize(Request{AccessKeyID: account.Access, Action: action, Resource: resource, Prefix: strings.Clone(prefix)}); err != nil {
		return s3err.APIError{Code: "AccessDenied", Description: err.Error(), HTTPStatusCode: http.StatusForbidden}
	}
	return nil
}

// missing is the answer for a key that is not there. Who may not list the bucket may not learn that.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (s *store) missing(ctx context.Context, bucket string, err error) error {
	if denied := s.allow(ctx, "s3:ListBucket", bucket, ""); denied != nil {
		return denied
	}
	return err
}

// asks tells whether the request itself is about a setting of the bucket; the gateway reads settings for other requests too.
func asks(ctx context.Context, setting string) bool {
	request, ok := ctx.(*fasthttp.RequestCtx)
	return ok && request.QueryArgs().Has(setting)
}
