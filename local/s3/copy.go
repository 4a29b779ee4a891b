package s3

import (
	"context"
	"errors"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

// source opens the object that a copy is made of.
func (s *store) source(ctx context.Context, name *string, conditions backend.PreConditions) (v version, file *os.File, err error) {
	bucket, key, id, err := backend.ParseCopySource(text(name))
	if err != nil {
		return v, nil, err
	}
	if v, file, err = s.read(ctx, bucket, key, id); err != nil {
		return v, nil, err
	}
	if err := backend.EvaluatePreconditions(v.ETag, v.Modified, conditions); err != nil {
		file.Close()
		if errors.Is(err, s3err.GetAPIError(s3err.ErrNotModified)) {
			err = s3err.GetPreconditionFailedErr(s3err.ConditionIfNoneMatch)
		}
		return v, nil, err
	}
	return v, file, nil
}

func (s *store) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (out s3response.CopyObjectOutput, err error) {
	if err := s.allow(ctx, "s3:PutObject", *in.Bucket, *in.Key); err != nil {
		return out, err
	}
	if err := checkNew(*in.Key, in.Tagging, in.WebsiteRedirectLocation, in.ObjectLockMode, in.ObjectLockLegalHoldStatus); err != nil {
		return out, err
	}
	from, file, err := s.source(ctx, in.CopySource, backend.PreConditions{IfMatch: in.CopySourceIfMatch, IfNoneMatch: in.CopySourceIfNoneMatch,
		IfModSince: in.CopySourceIfModifiedSince, IfUnmodeSince: in.CopySourceIfUnmodifiedSince})
	if err != nil {
		return out, err
	}
	defer file.Close()
	algorithm := in.ChecksumAlgorithm
	if algorithm == "" && from.Checksum.Type == types.ChecksumTypeFullObject {
		algorithm = from.Checksum.Algorithm
	}
	b, err := s.receive(file, from.Size, checksum{Algorithm: algorithm})
	if err != nil {
		return out, err
	}
	v := version{Body: b.Name, Size: b.Size, ETag: b.ETag, Checksum: b.Checksum, attributes: from.attributes}
	if in.MetadataDirective == types.MetadataDirectiveReplace {
		v.attributes = attributes{ContentType: text(in.ContentType), ContentEncoding: text(in.ContentEncoding), ContentDisposition: text(in.ContentDisposition),
			ContentLanguage: text(in.ContentLanguage), CacheControl: text(in.CacheControl), Expires: text(in.Expires), Metadata: in.Metadata}
	}
	err = s.commit(*in.Bucket, *in.Key, "CopyObject", &v, func(tx *bolt.Tx) error {
		if bucket, key, id, _ := backend.ParseCopySource(*in.CopySource); bucket == *in.Bucket && key == *in.Key && id == "" &&
			in.MetadataDirective != types.MetadataDirectiveReplace {
			return s3err.GetAPIError(s3err.ErrInvalidCopyDest)
		}
		return checkWrite(tx, *in.Bucket, *in.Key, header(ctx, "If-Match"), header(ctx, "If-None-Match"))
	})
	if err != nil {
		return out, err
	}
	result := &s3response.CopyObjectResult{ETag: &v.ETag, LastModified: &v.Modified}
	v.Checksum.answer(result)
	return s3response.CopyObjectOutput{CopyObjectResult: result, VersionId: backend.GetPtrFromString(v.shownID()),
		CopySourceVersionId: backend.GetPtrFromString(from.shownID())}, nil
}

// header reads what the gateway does not pass on.
func header(ctx context.Context, name string) *string {
	if request, ok := ctx.(*fasthttp.RequestCtx); ok {
		return backend.GetPtrFromString(string(request.Request.Header.Peek(name)))
	}
	return nil
}
