package objects

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"lyceum/shared/domain"
)

// Link signs a URL that yields the object to whoever has it, for the time given, with the type and name said here whatever the object says.
func (b Bucket) Link(ctx context.Context, key, contentType, disposition string, valid time.Duration) (string, error) {
	caching := "private, max-age=300"
	signed, err := b.signer().PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: b.of(key), Key: &key, ResponseContentType: &contentType, ResponseContentDisposition: &disposition, ResponseCacheControl: &caching,
	}, s3.WithPresignExpires(valid))
	if err != nil {
		return "", err
	}
	return signed.URL, nil
}

// HeadLink is Link for HEAD: a signature holds for one method.
func (b Bucket) HeadLink(ctx context.Context, key, contentType, disposition string, valid time.Duration) (string, error) {
	caching := "private, max-age=300"
	signed, err := b.signer().PresignHeadObject(ctx, &s3.HeadObjectInput{
		Bucket: b.of(key), Key: &key, ResponseContentType: &contentType, ResponseContentDisposition: &disposition, ResponseCacheControl: &caching,
	}, s3.WithPresignExpires(valid))
	if err != nil {
		return "", err
	}
	return signed.URL, nil
}

// Form is a form that sends one file to S3: a POST of multipart/form-data with these fields, then the part named file.
type Form struct {
	URL    string
	Fields map[string]string
}

// Form signs a form that takes exactly what the upload said: key, type, number of bytes, and checksum if there is one. S3 refuses all else,
// and everything when the time is over (POST policy, "content-length-range"). Only what the policy names is checked; the rest of
// PresignPostObject's input is ignored by the SDK.
func (b Bucket) Form(ctx context.Context, u *domain.Upload, valid time.Duration) (Form, error) {
	s, key := u.State(), u.StagingKey()
	fields := map[string]string{"Content-Type": s.ContentType}
	if s.SHA256 != "" {
		fields["x-amz-checksum-algorithm"], fields["x-amz-checksum-sha256"] = "SHA256", s.SHA256
	}
	conditions := []any{[]any{"content-length-range", s.Size, s.Size}}
	for name, value := range fields {
		conditions = append(conditions, []any{"eq", "$" + name, value})
	}
	signed, err := b.signer().PresignPostObject(ctx, &s3.PutObjectInput{Bucket: b.of(key), Key: &key}, func(o *s3.PresignPostOptions) {
		o.Expires, o.Conditions = valid, conditions
	})
	if err != nil {
		return Form{}, err
	}
	for name, value := range signed.Values {
		fields[name] = value
	}
	return Form{signed.URL, fields}, nil
}

// PartLink signs a URL that takes one part by PUT, of exactly this many bytes.
func (b Bucket) PartLink(ctx context.Context, u *domain.Upload, number int, size int64, valid time.Duration) (string, error) {
	key, parts, n := u.StagingKey(), u.State().Parts, int32(number)
	signed, err := b.signer().PresignUploadPart(ctx, &s3.UploadPartInput{
		Bucket: b.of(key), Key: &key, UploadId: &parts, PartNumber: &n, ContentLength: &size,
	}, s3.WithPresignExpires(valid))
	if err != nil {
		return "", err
	}
	if signed.SignedHeader.Get("Content-Length") == "" {
		return "", errors.New("the part's length is not signed")
	}
	return signed.URL, nil
}

func (b Bucket) signer() *s3.PresignClient { return s3.NewPresignClient(b.Client) }

// Exists tells whether an object is in this bucket. To a caller who may not list the bucket, S3 says 403 of what is not there.
func (b Bucket) Exists(ctx context.Context, key string) (bool, error) {
	_, err := b.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: b.of(key), Key: &key})
	if s := status(err); s == http.StatusNotFound || s == http.StatusForbidden {
		return false, nil
	}
	return err == nil, failed(err)
}
