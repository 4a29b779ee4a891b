package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	bolt "go.etcd.io/bbolt"
)

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

// section is a part of a file that is closed with it.
type section struct {
	io.Reader
	file *os.File
}

func (s section) Close() error { return s.file.Close() }
