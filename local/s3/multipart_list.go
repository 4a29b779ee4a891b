package s3

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

func (s *store) ListParts(ctx context.Context, in *awss3.ListPartsInput) (out s3response.ListPartsResult, err error) {
	if err := s.allow(ctx, "s3:ListMultipartUploadParts", *in.Bucket, *in.Key); err != nil {
		return out, err
	}
	u, err := s.viewUpload(*in.Bucket, *in.Key, *in.UploadId)
	if err != nil {
		return out, err
	}
	after, _ := strconv.Atoi(text(in.PartNumberMarker)) // checked by the gateway
	out = s3response.ListPartsResult{Bucket: *in.Bucket, Key: *in.Key, UploadID: *in.UploadId, StorageClass: types.StorageClassStandard,
		ChecksumAlgorithm: u.Checksum.Algorithm, ChecksumType: u.Checksum.Type, PartNumberMarker: after, MaxParts: int(*in.MaxParts)}
	for _, number := range slices.Sorted(maps.Keys(u.Parts)) {
		if int(number) <= after {
			continue
		}
		if out.IsTruncated = len(out.Parts) == out.MaxParts; out.IsTruncated {
			break
		}
		p := u.Parts[number]
		shown := s3response.Part{PartNumber: int(number), LastModified: p.Modified, ETag: p.ETag, Size: p.Size}
		p.Checksum.answer(&shown)
		out.Parts, out.NextPartNumberMarker = append(out.Parts, shown), int(number)
	}
	return out, nil
}

// ListMultipartUploads lists by key, the oldest first. A delimiter is NotImplemented.
func (s *store) ListMultipartUploads(ctx context.Context, in *awss3.ListMultipartUploadsInput) (out s3response.ListMultipartUploadsResult, err error) {
	if err := s.allowPrefix(ctx, "s3:ListBucketMultipartUploads", *in.Bucket, "", text(in.Prefix)); err != nil {
		return out, err
	}
	if text(in.Delimiter) != "" {
		return out, s3err.GetAPIError(s3err.ErrNotImplemented)
	}
	var found []s3response.Upload
	err = s.view(func(tx *bolt.Tx) error {
		if _, err := state(tx, *in.Bucket); err != nil {
			return err
		}
		cursor, prefix := tx.Bucket(uploadTable).Cursor(), uploadKey(*in.Bucket, "")
		for at, data := cursor.Seek(prefix); bytes.HasPrefix(at, prefix); at, data = cursor.Next() {
			if u := decode[upload](data); strings.HasPrefix(u.Key, text(in.Prefix)) {
				found = append(found, s3response.Upload{Key: u.Key, UploadID: string(at[len(prefix):]), Initiated: u.Initiated,
					StorageClass: types.StorageClassStandard, ChecksumAlgorithm: u.Checksum.Algorithm, ChecksumType: u.Checksum.Type})
			}
		}
		return nil
	})
	slices.SortFunc(found, func(a, b s3response.Upload) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), a.Initiated.Compare(b.Initiated), cmp.Compare(a.UploadID, b.UploadID))
	})
	out = s3response.ListMultipartUploadsResult{Bucket: *in.Bucket, Prefix: text(in.Prefix), KeyMarker: text(in.KeyMarker),
		UploadIDMarker: text(in.UploadIdMarker), MaxUploads: int(*in.MaxUploads)}
	skip := 0
	if out.KeyMarker != "" {
		skip = len(found)
		for i, u := range found {
			if u.Key > out.KeyMarker || u.Key == out.KeyMarker && i > 0 && out.UploadIDMarker != "" && found[i-1].UploadID == out.UploadIDMarker {
				skip = i
				break
			}
		}
	}
	out.Uploads = found[skip:]
	if out.IsTruncated = len(out.Uploads) > out.MaxUploads; out.IsTruncated {
		out.Uploads = out.Uploads[:out.MaxUploads]
		if out.MaxUploads > 0 {
			last := out.Uploads[out.MaxUploads-1]
			out.NextKeyMarker, out.NextUploadIDMarker = last.Key, last.UploadID
		}
	}
	return out, err
}
