package s3

import (
	"bytes"
	"context"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

// settings reads a bucket, change alters it.
func (s *store) settings(bucket string) (found bucketState, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		found, err = state(tx, bucket)
		return err
	})
	return found, err
}

func (s *store) change(ctx context.Context, action, bucket string, change func(*bucketState)) error {
	if err := s.allow(ctx, action, bucket, ""); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) ([]string, error) {
		state, err := state(tx, bucket)
		if err != nil {
			return nil, err
		}
		change(&state)
		return nil, putState(tx, bucket, state)
	})
}

func (s *store) CreateBucket(ctx context.Context, in *awss3.CreateBucketInput, _ []byte) error {
	if err := s.allow(ctx, "s3:CreateBucket", *in.Bucket, ""); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) ([]string, error) {
		if _, err := state(tx, *in.Bucket); err == nil {
			return nil, s3err.GetBucketErr(s3err.ErrBucketAlreadyOwnedByYou, *in.Bucket)
		}
		return nil, putState(tx, *in.Bucket, bucketState{Created: time.Now().UTC().Truncate(time.Second)})
	})
}

func (s *store) DeleteBucket(ctx context.Context, bucket string) error {
	if err := s.allow(ctx, "s3:DeleteBucket", bucket, ""); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) ([]string, error) {
		if _, err := state(tx, bucket); err != nil {
			return nil, err
		}
		first, _ := tx.Bucket(objectTable(bucket)).Cursor().First()
		upload, _ := tx.Bucket(uploadTable).Cursor().Seek(uploadKey(bucket, ""))
		if first != nil || bytes.HasPrefix(upload, uploadKey(bucket, "")) {
			return nil, s3err.GetBucketErr(s3err.ErrBucketNotEmpty, bucket)
		}
		if err := tx.DeleteBucket(objectTable(bucket)); err != nil {
			return nil, err
		}
		return nil, tx.Bucket(bucketTable).Delete([]byte(bucket))
	})
}

func (s *store) ListBuckets(ctx context.Context, in s3response.ListBucketsInput) (out s3response.ListAllMyBucketsResult, err error) {
	if err := s.allow(ctx, "s3:ListAllMyBuckets", "*", ""); err != nil {
		return out, err
	}
	out.Prefix, out.Owner.ID = in.Prefix, in.Owner
	return out, s.view(func(tx *bolt.Tx) error {
		cursor := tx.Bucket(bucketTable).Cursor()
		for name, data := cursor.Seek([]byte(max(in.Prefix, in.ContinuationToken))); bytes.HasPrefix(name, []byte(in.Prefix)); name, data = cursor.Next() {
			if name == nil {
				return nil
			}
			if len(out.Buckets.Bucket) == int(in.MaxBuckets) {
				out.ContinuationToken = string(name)
				return nil
			}
			out.Buckets.Bucket = append(out.Buckets.Bucket, s3response.ListAllMyBucketsEntry{Name: string(name), CreationDate: decode[bucketState](data).Created})
		}
		return nil
	})
}

func (s *store) HeadBucket(ctx context.Context, in *awss3.HeadBucketInput) (*awss3.HeadBucketOutput, error) {
	action := "s3:ListBucket"
	if asks(ctx, "location") {
		action = "s3:GetBucketLocation"
	}
	if err := s.allow(ctx, action, *in.Bucket, ""); err != nil {
		return nil, err
	}
	_, err := s.settings(*in.Bucket)
	return &awss3.HeadBucketOutput{}, err
}

func (s *store) PutBucketVersioning(ctx context.Context, bucket string, status types.BucketVersioningStatus) error {
	return s.change(ctx, "s3:PutBucketVersioning", bucket, func(state *bucketState) { state.Versioning = status })
}

func (s *store) GetBucketVersioning(ctx context.Context, bucket string) (out s3response.GetBucketVersioningOutput, err error) {
	if asks(ctx, "versioning") {
		if err := s.allow(ctx, "s3:GetBucketVersioning", bucket, ""); err != nil {
			return out, err
		}
	}
	state, err := s.settings(bucket)
	if state.Versioning != "" {
		out.Status = &state.Versioning
	}
	return out, err
}

func (s *store) PutBucketCors(ctx context.Context, bucket string, cors []byte) error {
	return s.change(ctx, "s3:PutBucketCORS", bucket, func(state *bucketState) { state.CORS = cors })
}

func (s *store) DeleteBucketCors(ctx context.Context, bucket string) error {
	return s.change(ctx, "s3:PutBucketCORS", bucket, func(state *bucketState) { state.CORS = nil })
}

// GetBucketCors is also asked for every request of a browser, before it is known who sent it.
func (s *store) GetBucketCors(ctx context.Context, bucket string) ([]byte, error) {
	if asks(ctx, "cors") {
		if err := s.allow(ctx, "s3:GetBucketCORS", bucket, ""); err != nil {
			return nil, err
		}
	}
	state, err := s.settings(bucket)
	if err == nil && state.CORS == nil {
		err = s3err.GetAPIError(s3err.ErrNoSuchCORSConfiguration)
	}
	return state.CORS, err
}

// GetBucketAcl tells the gateway only whether the bucket exists: there are no ACLs, as with BucketOwnerEnforced.
func (s *store) GetBucketAcl(_ context.Context, in *awss3.GetBucketAclInput) ([]byte, error) {
	_, err := s.settings(*in.Bucket)
	return nil, err
}

func (s *store) GetBucketPolicy(_ context.Context, bucket string) ([]byte, error) {
	if _, err := s.settings(bucket); err != nil {
		return nil, err
	}
	return nil, s3err.GetAPIError(s3err.ErrNoSuchBucketPolicy)
}

func (s *store) GetObjectLockConfiguration(context.Context, string) ([]byte, error) {
	return nil, s3err.GetAPIError(s3err.ErrObjectLockConfigurationNotFound)
}
