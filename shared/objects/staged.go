package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"lyceum/shared/domain"
)

var _ domain.StagedFiles = Bucket{}

// Staged implements domain.StagedFiles.
func (b Bucket) Staged(ctx context.Context, key string) (size int64, etag string, err error) {
	res, err := b.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: b.of(key), Key: &key})
	if status(err) == http.StatusNotFound {
		return 0, "", domain.ErrNotUploaded
	}
	if err != nil {
		return 0, "", failed(err)
	}
	return *res.ContentLength, *res.ETag, nil
}

// Open implements domain.StagedFiles: one request for each range.
func (b Bucket) Open(ctx context.Context, key, etag string) io.ReaderAt {
	return ranges{ctx, b, key, etag}
}

type ranges struct {
	ctx       context.Context
	bucket    Bucket
	key, etag string
}

func (r ranges) ReadAt(p []byte, off int64) (int, error) {
	bytes := fmt.Sprintf("bytes=%d-%d", off, off+int64(len(p))-1)
	res, err := r.bucket.Client.GetObject(r.ctx, &s3.GetObjectInput{Bucket: r.bucket.of(r.key), Key: &r.key, Range: &bytes, IfMatch: &r.etag})
	if err != nil {
		return 0, changed(err)
	}
	defer res.Body.Close()
	n, err := io.ReadFull(res.Body, p)
	if err != nil {
		return n, failed(err)
	}
	return n, nil
}

// changed tells a staged object that was replaced or removed.
func changed(err error) error {
	if s := status(err); s == http.StatusPreconditionFailed || s == http.StatusNotFound {
		return domain.ErrStagedChanged.Because(err)
	}
	return failed(err)
}

// Promote implements domain.StagedFiles: one copy within S3, which no other can overwrite, and a look at what is there if one was.
func (b Bucket) Promote(ctx context.Context, from, etag, to, contentType string) (string, error) {
	source, absent := *b.of(from)+"/"+url.PathEscape(from), "*"
	res, err := b.Client.CopyObject(ctx, &s3.CopyObjectInput{
		Bucket: b.of(to), Key: &to, CopySource: &source, CopySourceIfMatch: &etag, IfNoneMatch: &absent,
		ContentType: &contentType, MetadataDirective: types.MetadataDirectiveReplace,
	})
	if err == nil {
		return *res.CopyObjectResult.ETag, nil
	}
	// The source was replaced, or somebody was faster, or is copying at this moment (409 ConditionalRequestConflict).
	if s := status(err); s == http.StatusPreconditionFailed || s == http.StatusConflict {
		if _, there, headErr := b.Staged(ctx, to); !errors.Is(headErr, domain.ErrNotUploaded) {
			return there, headErr
		}
	}
	return "", changed(err)
}

// Remove implements domain.StagedFiles.
func (b Bucket) Remove(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if _, err := b.Client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b.of(key), Key: &key}); err != nil {
			return failed(err)
		}
	}
	return nil
}

// status is the HTTP status of a refusal; 0 for none.
func status(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if err != nil && errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

// isCode tells whether S3 refused with a code.
func isCode(err error, code string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == code
}
