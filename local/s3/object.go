package s3

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

// version is one version of an object, or a delete marker.
type version struct {
	ID       string // nullVersion while versioning is not on
	Marker   bool   `json:",omitempty"`
	Body     string `json:",omitempty"` // file under bytes/
	Size     int64
	ETag     string
	Modified time.Time // whole seconds
	Checksum checksum
	Parts    []int64 `json:",omitempty"` // sizes, of a multipart upload
	attributes
}

// attributes come from the upload's headers.
type attributes struct {
	ContentType, ContentEncoding, ContentDisposition, ContentLanguage, CacheControl, Expires string            `json:",omitempty"`
	Metadata                                                                                 map[string]string `json:",omitempty"`
}

const (
	nullVersion   = "null"
	maxKeyLength  = 1024 // bytes; https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
	versionSuffix = 9    // bytes after the key in an index key
)

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// versionsOf is the prefix of the index keys of all versions of an object.
func versionsOf(key string) []byte { return append([]byte(key), 0) }

// find reads a version, the current one if id is empty, and its index key.
func find(tx *bolt.Tx, bucket, key, id string) (at []byte, v version, err error) {
	if _, err := state(tx, bucket); err != nil {
		return nil, v, err
	}
	cursor := tx.Bucket(objectTable(bucket)).Cursor()
	for at, data := cursor.Seek(versionsOf(key)); isVersionOf(at, key); at, data = cursor.Next() {
		if v := decode[version](data); id == "" || v.ID == id {
			return at, v, nil
		}
	}
	if id != "" {
		return nil, v, s3err.GetNoSuchVersionErr(key, id)
	}
	return nil, v, s3err.GetAPIError(s3err.ErrNoSuchKey)
}

func isVersionOf(at []byte, key string) bool {
	return len(at) == len(key)+versionSuffix && bytes.HasPrefix(at, versionsOf(key))
}

// add makes v the current version of key. It answers the body that is of no use any more.
func add(tx *bolt.Tx, bucket, key string, v *version) (replaced string, err error) {
	state, err := state(tx, bucket)
	if err != nil {
		return "", err
	}
	table := tx.Bucket(objectTable(bucket))
	if v.ID = rand.Text(); state.Versioning != types.BucketVersioningStatusEnabled {
		v.ID = nullVersion
		if at, old, err := find(tx, bucket, key, nullVersion); err == nil {
			replaced = old.Body
			if err := table.Delete(at); err != nil {
				return "", err
			}
		}
	}
	v.Modified = time.Now().UTC().Truncate(time.Second)
	number, err := table.NextSequence()
	if err != nil {
		return "", err
	}
	return replaced, table.Put(binary.BigEndian.AppendUint64(versionsOf(key), ^number), encode(v))
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

// commit makes a received body an object. It removes the body if that cannot be.
func (s *store) commit(bucket, key string, v *version, check func(tx *bolt.Tx) error) error {
	err := s.update(func(tx *bolt.Tx) ([]string, error) {
		if err := check(tx); err != nil {
			return nil, err
		}
		replaced, err := add(tx, bucket, key, v)
		return []string{replaced}, err
	})
	if err != nil {
		s.remove(v.Body)
	}
	return err
}

func checkKey(key string) error {
	if len(key) > maxKeyLength {
		return s3err.GetKeyTooLongErr(int64(len(key)), maxKeyLength)
	}
	if strings.ContainsRune(key, 0) {
		return s3err.GetAPIError(s3err.ErrBadRequest)
	}
	return nil
}

// unsupported refuses what would be lost silently.
func unsupported(tagging, redirect *string, lock types.ObjectLockMode, hold types.ObjectLockLegalHoldStatus) error {
	if text(tagging) != "" || text(redirect) != "" || lock != "" || hold != "" {
		return s3err.GetAPIError(s3err.ErrNotImplemented)
	}
	return nil
}

func (s *store) PutObject(ctx context.Context, in s3response.PutObjectInput) (out s3response.PutObjectOutput, err error) {
	if err := s.allow(ctx, "s3:PutObject", *in.Bucket, *in.Key); err != nil {
		return out, err
	}
	if err := errors.Join(checkKey(*in.Key), unsupported(in.Tagging, in.WebsiteRedirectLocation, in.ObjectLockMode, in.ObjectLockLegalHoldStatus)); err != nil {
		return out, s.failed(err)
	}
	length, wanted := *in.ContentLength, sent(in)
	if wanted.Algorithm == "" {
		wanted.Algorithm = in.ChecksumAlgorithm
	}
	if _, form := in.Body.(utils.MpFileReader); form {
		length = -1 // of a form it is only an upper bound
	}
	b, err := s.receive(in.Body, length, wanted)
	if err != nil {
		return out, err
	}
	v := version{Body: b.Name, Size: b.Size, ETag: b.ETag, Checksum: b.Checksum, attributes: attributes{
		ContentType: text(in.ContentType), ContentEncoding: text(in.ContentEncoding), ContentDisposition: text(in.ContentDisposition),
		ContentLanguage: text(in.ContentLanguage), CacheControl: text(in.CacheControl), Expires: text(in.Expires), Metadata: in.Metadata}}
	err = s.commit(*in.Bucket, *in.Key, &v, func(tx *bolt.Tx) error { return checkWrite(tx, *in.Bucket, *in.Key, in.IfMatch, in.IfNoneMatch) })
	if err != nil {
		return out, err
	}
	out = s3response.PutObjectOutput{ETag: v.ETag, VersionID: v.shownID(), Size: &v.Size}
	v.Checksum.answer(&out)
	return out, nil
}

// shownID is empty for what was written without versioning.
func (v version) shownID() string {
	if v.ID == nullVersion {
		return ""
	}
	return v.ID
}

// read finds a version and opens its body; the caller closes it.
func (s *store) read(ctx context.Context, bucket, key, id string) (v version, file *os.File, err error) {
	action := "s3:GetObject"
	if id != "" {
		action = "s3:GetObjectVersion"
	}
	if err := s.allow(ctx, action, bucket, key); err != nil {
		return v, nil, err
	}
	for range 3 { // a body can go between the two steps when its object is replaced
		err = s.view(func(tx *bolt.Tx) error {
			_, v, err = find(tx, bucket, key, id)
			return err
		})
		switch {
		case errors.Is(err, s3err.GetAPIError(s3err.ErrNoSuchKey)):
			return v, nil, s.missing(ctx, bucket, err)
		case err != nil:
			return v, nil, err
		case v.Marker && id != "":
			return v, nil, s3err.GetAPIError(s3err.ErrMethodNotAllowed)
		case v.Marker:
			return v, nil, s.missing(ctx, bucket, s3err.GetAPIError(s3err.ErrNoSuchKey))
		}
		if file, err = os.Open(s.file(v.Body)); !errors.Is(err, os.ErrNotExist) {
			break
		}
	}
	return v, file, s.failed(err)
}

func (s *store) GetObject(ctx context.Context, in *awss3.GetObjectInput) (*awss3.GetObjectOutput, error) {
	v, file, err := s.read(ctx, *in.Bucket, *in.Key, text(in.VersionId))
	if err != nil {
		if v.Marker {
			return &awss3.GetObjectOutput{DeleteMarker: &v.Marker, LastModified: &v.Modified}, err
		}
		return nil, err
	}
	out, from, err := v.describe(in)
	if err != nil {
		file.Close()
		return nil, err
	}
	out.Body = section{Reader: io.NewSectionReader(file, from, *out.ContentLength), file: file}
	return out, nil
}

// describe is the answer to in without the body, and where in the file that begins.
func (v version) describe(in *awss3.GetObjectInput) (out *awss3.GetObjectOutput, from int64, err error) {
	if err := backend.EvaluatePreconditions(v.ETag, v.Modified, backend.PreConditions{
		IfMatch: in.IfMatch, IfNoneMatch: in.IfNoneMatch, IfModSince: in.IfModifiedSince, IfUnmodeSince: in.IfUnmodifiedSince,
	}); err != nil {
		return nil, 0, err
	}
	out = &awss3.GetObjectOutput{ETag: &v.ETag, LastModified: &v.Modified, Metadata: v.Metadata, StorageClass: types.StorageClassStandard,
		AcceptRanges: backend.GetPtrFromString("bytes"), VersionId: backend.GetPtrFromString(v.shownID()),
		ContentType: &v.ContentType, ContentEncoding: &v.ContentEncoding, ContentDisposition: &v.ContentDisposition,
		ContentLanguage: &v.ContentLanguage, CacheControl: &v.CacheControl, ExpiresString: &v.Expires}
	from, length, partial, err := backend.ParseObjectRange(v.Size, text(in.Range))
	if err != nil {
		return nil, 0, err
	}
	if in.PartNumber != nil {
		if from, length, err = v.part(*in.PartNumber); err != nil {
			return nil, 0, err
		}
		partial = length > 0
		if count := int32(len(v.Parts)); count > 0 {
			out.PartsCount = &count
		}
	}
	out.ContentLength = &length
	if partial {
		out.ContentRange = backend.GetPtrFromString(fmt.Sprintf("bytes %d-%d/%d", from, from+length-1, v.Size))
	}
	if in.ChecksumMode == types.ChecksumModeEnabled && length == v.Size {
		v.Checksum.answer(out)
	}
	return out, from, nil
}

// part is where a part of a multipart upload lies; an object without parts has one.
func (v version) part(number int32) (from, length int64, err error) {
	parts := v.Parts
	if len(parts) == 0 {
		parts = []int64{v.Size}
	}
	if int(number) > len(parts) {
		return 0, 0, s3err.GetInvalidPartNumberRangeErr(int32(len(parts)), number)
	}
	for _, size := range parts[:number-1] {
		from += size
	}
	return from, parts[number-1], nil
}

func (s *store) HeadObject(ctx context.Context, in *awss3.HeadObjectInput) (*awss3.HeadObjectOutput, error) {
	got, err := s.GetObject(ctx, &awss3.GetObjectInput{
		Bucket: in.Bucket, Key: in.Key, VersionId: in.VersionId, Range: in.Range, PartNumber: in.PartNumber, ChecksumMode: in.ChecksumMode,
		IfMatch: in.IfMatch, IfNoneMatch: in.IfNoneMatch, IfModifiedSince: in.IfModifiedSince, IfUnmodifiedSince: in.IfUnmodifiedSince,
	})
	if got == nil {
		return nil, err
	}
	if got.Body != nil {
		got.Body.Close()
	}
	out := &awss3.HeadObjectOutput{
		DeleteMarker: got.DeleteMarker, LastModified: got.LastModified, ETag: got.ETag, Metadata: got.Metadata, StorageClass: got.StorageClass,
		AcceptRanges: got.AcceptRanges, VersionId: got.VersionId, ContentType: got.ContentType, ContentEncoding: got.ContentEncoding,
		ContentDisposition: got.ContentDisposition, ContentLanguage: got.ContentLanguage, CacheControl: got.CacheControl,
		ExpiresString: got.ExpiresString, ContentLength: got.ContentLength, ContentRange: got.ContentRange, PartsCount: got.PartsCount,
	}
	if sum := sent(got); sum.Algorithm != "" {
		sum.Type = got.ChecksumType
		sum.answer(out)
	}
	return out, err
}
