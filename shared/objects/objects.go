// Package objects keeps bytes in S3: lesson bodies in the content bucket, learners' files in the uploads bucket.
package objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"lyceum/shared/domain"
	"lyceum/shared/domain/fault"
)

// ErrUnavailable is returned when S3 does not answer. Trying again is safe: objects are written under fresh keys.
var ErrUnavailable = fault.New(fault.Unavailable, "storage.unavailable", "The file store does not answer. Try again in a moment.")

// Bucket is one bucket and how to reach it.
type Bucket struct {
	Client  *s3.Client
	Name    string
	Region  string
	Staging string // the bucket for keys below domain.StagingPrefix; "" if it is the same
}

// of is the name of the bucket in which a key lies.
func (b Bucket) of(key string) *string {
	if b.Staging != "" && strings.HasPrefix(key, domain.StagingPrefix) {
		return &b.Staging
	}
	return &b.Name
}

// Place is where the bucket's objects are.
func (b Bucket) Place() domain.Place { return domain.Place{Bucket: b.Name, Region: b.Region} }

// Put stores content under key. It replaces what was there; callers use a key once.
func (b Bucket) Put(ctx context.Context, key, contentType string, content []byte) error {
	size := int64(len(content))
	_, err := b.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Name, Key: &key, Body: bytes.NewReader(content), ContentType: &contentType, ContentLength: &size,
	})
	return failed(err)
}

// Get reads an object of at most limit bytes. domain.ErrNoContent when it is not there (yet).
func (b Bucket) Get(ctx context.Context, key string, limit int64) ([]byte, error) {
	res, err := b.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.Name, Key: &key})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, domain.ErrNoContent.Because(err)
	}
	if err != nil {
		return nil, failed(err)
	}
	defer res.Body.Close()
	content, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, failed(err)
	}
	if int64(len(content)) > limit {
		return nil, errors.New("object " + key + " is larger than allowed")
	}
	return content, nil
}

// Keys implements domain.BodyWriter, in one call for each 1,000 keys.
func (b Bucket) Keys(ctx context.Context, prefix string) (keys []string, err error) {
	pages := s3.NewListObjectsV2Paginator(b.Client, &s3.ListObjectsV2Input{Bucket: &b.Name, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed(err)
		}
		for _, object := range page.Contents {
			keys = append(keys, *object.Key)
		}
	}
	return keys, nil
}

// Delete implements domain.BodyWriter, in one call for each 1,000 keys. A bucket with versions keeps what it deletes as an old one.
func (b Bucket) Delete(ctx context.Context, keys []string) error {
	for some := range slices.Chunk(keys, 1000) {
		quiet := true
		request := &types.Delete{Quiet: &quiet}
		for _, key := range some {
			request.Objects = append(request.Objects, types.ObjectIdentifier{Key: &key})
		}
		res, err := b.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &b.Name, Delete: request})
		if err != nil {
			return failed(err)
		}
		if len(res.Errors) > 0 {
			return ErrUnavailable.Because(fmt.Errorf("%d of %d objects were not deleted", len(res.Errors), len(some)))
		}
	}
	return nil
}

// Ping is nil when the bucket answers.
func (b Bucket) Ping(ctx context.Context) error {
	_, err := b.Client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &b.Name})
	return failed(err)
}

var (
	_ domain.Bodies     = Bucket{}
	_ domain.BodyWriter = Bucket{}
)

// failed tells a store that does not answer from a mistake of ours, such as a missing permission. An answer to HEAD has no code.
func failed(err error) error {
	var api smithy.APIError
	if err == nil || status(err) < 500 && errors.As(err, &api) && api.ErrorFault() != smithy.FaultServer && api.ErrorCode() != "SlowDown" {
		return err
	}
	return ErrUnavailable.Because(err)
}
