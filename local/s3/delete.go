package s3

import (
	"context"
	"errors"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

// DeleteObject removes a version for good if it is named. Else the object is gone: behind a delete marker if the bucket has versions.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
func (s *store) DeleteObject(ctx context.Context, in *awss3.DeleteObjectInput) (*awss3.DeleteObjectOutput, error) {
	if in.IfMatch != nil || in.IfMatchLastModifiedTime != nil || in.IfMatchSize != nil {
		return nil, s3err.GetAPIError(s3err.ErrNotImplemented)
	}
	bucket, key, id := *in.Bucket, *in.Key, text(in.VersionId)
	action := "s3:DeleteObject"
	if id != "" {
		action = "s3:DeleteObjectVersion"
	}
	if err := s.allow(ctx, action, bucket, key); err != nil {
		return nil, err
	}
	out := &awss3.DeleteObjectOutput{}
	return out, s.update(func(tx *bolt.Tx) ([]string, error) {
		state, err := state(tx, bucket)
		if err != nil {
			return nil, err
		}
		if id == "" && state.Versioning != "" {
			marker := version{Marker: true}
			replaced, err := add(tx, bucket, key, &marker)
			out.DeleteMarker, out.VersionId = &marker.Marker, &marker.ID
			return []string{replaced}, err
		}
		at, v, err := find(tx, bucket, key, id)
		if err != nil {
			return nil, nil // a success, whether it was there or not
		}
		if id != "" {
			out.VersionId = &v.ID
		}
		if v.Marker {
			out.DeleteMarker = &v.Marker
		}
		return []string{v.Body}, tx.Bucket(objectTable(bucket)).Delete(at)
	})
}

// DeleteObjects answers for each object by itself.
func (s *store) DeleteObjects(ctx context.Context, in *awss3.DeleteObjectsInput) (out s3response.DeleteResult, err error) {
	for _, object := range in.Delete.Objects {
		deleted, err := s.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: in.Bucket, Key: object.Key, VersionId: object.VersionId})
		var answer s3err.S3Error
		if errors.As(err, &answer) {
			base := answer.BaseError()
			out.Error = append(out.Error, types.Error{Key: object.Key, VersionId: object.VersionId, Code: &base.Code, Message: &base.Description})
			continue
		}
		entry := types.DeletedObject{Key: object.Key, VersionId: backend.GetPtrFromString(text(object.VersionId)), DeleteMarker: deleted.DeleteMarker}
		if deleted.DeleteMarker != nil {
			entry.DeleteMarkerVersionId = deleted.VersionId
		}
		out.Deleted = append(out.Deleted, entry)
	}
	return out, nil
}
