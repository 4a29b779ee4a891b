package s3

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

func (s *store) PutObject(ctx context.Context, in s3response.PutObjectInput) (out s3response.PutObjectOutput, err error) {
	if err := s.allow(ctx, "s3:PutObject", *in.Bucket, *in.Key); err != nil {
		return out, err
	}
	if err := checkNew(*in.Key, in.Tagging, in.WebsiteRedirectLocation, in.ObjectLockMode, in.ObjectLockLegalHoldStatus); err != nil {
		return out, err
	}
	length, wanted := *in.ContentLength, sent(in)
	if wanted.Algorithm == "" {
		wanted.Algorithm = in.ChecksumAlgorithm
	}
	reason := "PutObject"
	if _, form := in.Body.(utils.MpFileReader); form {
		reason, length = "POST Object", -1 // of a form it is only an upper bound
	}
	b, err := s.receive(in.Body, length, wanted)
	if err != nil {
		return out, err
	}
	v := version{Body: b.Name, Size: b.Size, ETag: b.ETag, Checksum: b.Checksum, attributes: attributes{
		ContentType: text(in.ContentType), ContentEncoding: text(in.ContentEncoding), ContentDisposition: text(in.ContentDisposition),
		ContentLanguage: text(in.ContentLanguage), CacheControl: text(in.CacheControl), Expires: text(in.Expires), Metadata: in.Metadata}}
	err = s.commit(*in.Bucket, *in.Key, reason, &v, func(tx *bolt.Tx) error { return checkWrite(tx, *in.Bucket, *in.Key, in.IfMatch, in.IfNoneMatch) })
	if err != nil {
		return out, err
	}
	out = s3response.PutObjectOutput{ETag: v.ETag, VersionID: v.shownID(), Size: &v.Size}
	v.Checksum.answer(&out)
	return out, nil
}

// checkWrite judges If-Match and If-None-Match of a write.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func checkWrite(tx *bolt.Tx, bucket, key string, ifMatch, ifNoneMatch *string) error {
	_, current, err := find(tx, bucket, key, "")
	exists := err == nil && !current.Marker
	switch {
	case ifNoneMatch != nil && *ifNoneMatch != "*":
		return s3err.GetAPIError(s3err.ErrNotImplemented)
	case ifNoneMatch != nil && exists:
		return s3err.GetPreconditionFailedErr(s3err.ConditionIfNoneMatch)
	case ifMatch != nil && !exists:
		return s3err.GetAPIError(s3err.ErrNoSuchKey)
	case ifMatch != nil && !backend.AreEtagsSame(*ifMatch, current.ETag):
		return s3err.GetPreconditionFailedErr(s3err.ConditionIfMatch)
	}
	return nil
}

// commit makes a received body an object and tells of it. It removes the body if that cannot be.
func (s *store) commit(bucket, key, reason string, v *version, check func(tx *bolt.Tx) error) error {
	err := s.update(func(tx *bolt.Tx) ([]string, error) {
		if err := check(tx); err != nil {
			return nil, err
		}
		replaced, err := add(tx, bucket, key, v)
		if err != nil {
			return nil, err
		}
		return []string{replaced}, notify(tx, bucket, key, reason, v)
	})
	if err != nil {
		s.remove(v.Body)
		return err
	}
	s.tell()
	return nil
}

// tell wakes who reads the notices.
func (s *store) tell() {
	select {
	case s.noticed <- struct{}{}:
	default: // somebody is about to look anyway
	}
}

// checkNew refuses keys that S3 does not take, and settings of the new object that would be lost silently.
func checkNew(key string, tagging, redirect *string, lock types.ObjectLockMode, hold types.ObjectLockLegalHoldStatus) error {
	switch {
	case len(key) > maxKeyLength:
		return s3err.GetKeyTooLongErr(int64(len(key)), maxKeyLength)
	case strings.ContainsRune(key, 0) || !utf8.ValidString(key):
		return s3err.GetAPIError(s3err.ErrBadRequest)
	case text(tagging) != "" || text(redirect) != "" || lock != "" || hold != "":
		return s3err.GetAPIError(s3err.ErrNotImplemented)
	}
	return nil
}
