package s3

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

// CompleteMultipartUpload makes an object of the parts named, in their order. Parts that are not named are removed.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
func (s *store) CompleteMultipartUpload(ctx context.Context, in *awss3.CompleteMultipartUploadInput) (out s3response.CompleteMultipartUploadResult, id string, err error) {
	bucket, key := *in.Bucket, *in.Key
	if err := s.allow(ctx, "s3:PutObject", bucket, key); err != nil {
		return out, "", err
	}
	u, err := s.viewUpload(bucket, key, *in.UploadId)
	if err != nil {
		return out, "", err
	}
	if in.ChecksumType != "" && in.ChecksumType != u.Checksum.Type {
		return out, "", s3err.GetChecksumTypeMismatchOnMpErr(u.Checksum.Type)
	}
	sizes, composite, err := u.check(*in.UploadId, in.MultipartUpload.Parts)
	if err != nil {
		return out, "", err
	}
	v, err := s.join(u, in, sizes, composite)
	if err != nil {
		return out, "", err
	}
	err = s.commit(bucket, key, "CompleteMultipartUpload", &v, func(tx *bolt.Tx) error {
		if u, err = getUpload(tx, bucket, key, *in.UploadId); err != nil { // completed or aborted meanwhile
			return err
		}
		if err := checkWrite(tx, bucket, key, in.IfMatch, in.IfNoneMatch); err != nil {
			return err
		}
		return tx.Bucket(uploadTable).Delete(uploadKey(bucket, *in.UploadId))
	})
	if err != nil {
		return out, "", err
	}
	s.remove(u.bodies()...)
	out = s3response.CompleteMultipartUploadResult{Bucket: &bucket, Key: &key, ETag: &v.ETag}
	v.Checksum.answer(&out)
	return out, v.shownID(), nil
}

// check judges the parts that a client names. It answers their sizes and, for an upload of that type, the checksum of their checksums.
func (u upload) check(id string, named []types.CompletedPart) (sizes []int64, composite string, err error) {
	sums, err := utils.NewCompositeChecksumReader(utils.HashTypeNone)
	if u.Checksum.Type == types.ChecksumTypeComposite {
		sums, err = utils.NewCompositeChecksumReader(utils.HashType(strings.ToLower(string(u.Checksum.Algorithm))))
	}
	if err != nil {
		return nil, "", s3err.GetAPIError(s3err.ErrInvalidRequest)
	}
	previous := int32(0)
	for _, name := range named {
		if name.PartNumber == nil || name.ETag == nil {
			return nil, "", s3err.GetAPIError(s3err.ErrMalformedXML)
		}
		if *name.PartNumber <= previous {
			return nil, "", s3err.GetAPIError(s3err.ErrInvalidPartOrder)
		}
		previous = *name.PartNumber
	}
	for i, name := range named {
		number := *name.PartNumber
		p, there := u.Parts[number]
		given := sent(name)
		switch {
		case !there || !backend.AreEtagsSame(p.ETag, *name.ETag):
			return nil, "", s3err.GetInvalidPartErr(id, number, *name.ETag)
		case given.Algorithm != "" && (given.Algorithm != p.Checksum.Algorithm || given.Value != p.Checksum.Value):
			return nil, "", s3err.GetInvalidPartErr(id, number, *name.ETag)
		case given.Algorithm == "" && u.Checksum.Type == types.ChecksumTypeComposite:
			return nil, "", s3err.APIError{Code: "InvalidRequest", HTTPStatusCode: http.StatusBadRequest, Description: fmt.Sprintf(
				"The upload was created using a %s checksum. The complete request must include the checksum for each part. It was missing for part %d in the request.",
				strings.ToLower(string(u.Checksum.Algorithm)), number)}
		case i < len(named)-1 && p.Size < backend.MinPartSize:
			return nil, "", s3err.GetEntityTooSmallErr(p.Size, backend.MinPartSize)
		}
		sizes = append(sizes, p.Size)
		_ = sums.Process(p.Checksum.Value) // only fails for what is not base64
	}
	return sizes, fmt.Sprintf("%s-%d", sums.Sum(), len(named)), nil
}

// join writes the parts into one body.
func (s *store) join(u upload, in *awss3.CompleteMultipartUploadInput, sizes []int64, composite string) (v version, err error) {
	var readers []io.Reader
	var total int64
	for i, name := range in.MultipartUpload.Parts {
		file, err := os.Open(s.file(u.Parts[*name.PartNumber].Body))
		if err != nil {
			return v, s3err.GetNoSuchUploadErr(*in.UploadId) // completed or aborted meanwhile
		}
		defer file.Close()
		readers, total = append(readers, file), total+sizes[i]
	}
	if in.MpuObjectSize != nil && *in.MpuObjectSize != total {
		return v, s3err.GetIncorrectMpObjectSizeErr(total, *in.MpuObjectSize)
	}
	etag, err := backend.ComputeMultipartETagFromPartETags(in.MultipartUpload.Parts)
	if err != nil {
		return v, err
	}
	wanted := sent(in)
	if u.Checksum.Type == types.ChecksumTypeComposite {
		if wanted.Value != "" && wanted.Value != composite {
			return v, s3err.GetChecksumBadDigestErr(wanted.Algorithm)
		}
		wanted.Value = ""
	}
	wanted.Algorithm = u.Checksum.Algorithm
	b, err := s.receive(io.MultiReader(readers...), total, wanted)
	if err != nil {
		return v, err
	}
	if u.Checksum.Type == types.ChecksumTypeComposite {
		b.Checksum = checksum{Algorithm: u.Checksum.Algorithm, Type: u.Checksum.Type, Value: composite}
	}
	return version{Body: b.Name, Size: b.Size, ETag: etag, Checksum: b.Checksum, Parts: sizes, attributes: u.attributes}, nil
}
