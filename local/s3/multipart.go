package s3

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
	bolt "go.etcd.io/bbolt"
)

// maxParts of one upload. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const maxParts = 10000

// upload is a multipart upload that is neither complete nor aborted.
type upload struct {
	Key       string
	Initiated time.Time
	Checksum  checksum // algorithm and type of the object to be; empty if the client named none
	Parts     map[int32]part
	attributes
}

type part struct {
	Body     string
	Size     int64
	ETag     string
	Modified time.Time
	Checksum checksum
}

func uploadKey(bucket, id string) []byte { return []byte(bucket + "\x00" + id) }

// getUpload answers NoSuchUpload unless there is an upload of this id for the key.
func getUpload(tx *bolt.Tx, bucket, key, id string) (upload, error) {
	data := tx.Bucket(uploadTable).Get(uploadKey(bucket, id))
	if data == nil {
		return upload{}, s3err.GetNoSuchUploadErr(id)
	}
	u := decode[upload](data)
	if u.Key != key {
		return upload{}, s3err.GetNoSuchUploadErr(id)
	}
	return u, nil
}

func (s *store) viewUpload(bucket, key, id string) (u upload, err error) {
	err = s.view(func(tx *bolt.Tx) error {
		if _, err := state(tx, bucket); err != nil {
			return err
		}
		u, err = getUpload(tx, bucket, key, id)
		return err
	})
	return u, err
}

func (s *store) CreateMultipartUpload(ctx context.Context, in s3response.CreateMultipartUploadInput) (out s3response.InitiateMultipartUploadResult, err error) {
	if err := s.allow(ctx, "s3:PutObject", *in.Bucket, *in.Key); err != nil {
		return out, err
	}
	if err := checkNew(*in.Key, in.Tagging, in.WebsiteRedirectLocation, in.ObjectLockMode, in.ObjectLockLegalHoldStatus); err != nil {
		return out, err
	}
	u := upload{Key: *in.Key, Initiated: time.Now().UTC(), Checksum: checksum{Algorithm: in.ChecksumAlgorithm, Type: in.ChecksumType},
		attributes: attributes{ContentType: text(in.ContentType), ContentEncoding: text(in.ContentEncoding), ContentDisposition: text(in.ContentDisposition),
			ContentLanguage: text(in.ContentLanguage), CacheControl: text(in.CacheControl), Expires: text(in.Expires), Metadata: in.Metadata}}
	out = s3response.InitiateMultipartUploadResult{Bucket: *in.Bucket, Key: *in.Key, UploadId: rand.Text()}
	return out, s.update(func(tx *bolt.Tx) ([]string, error) {
		if _, err := state(tx, *in.Bucket); err != nil {
			return nil, err
		}
		return nil, tx.Bucket(uploadTable).Put(uploadKey(*in.Bucket, out.UploadId), encode(u))
	})
}

func (s *store) UploadPart(ctx context.Context, in *awss3.UploadPartInput) (*awss3.UploadPartOutput, error) {
	if err := s.allow(ctx, "s3:PutObject", *in.Bucket, *in.Key); err != nil {
		return nil, err
	}
	wanted := sent(in)
	wanted.Algorithm = cmp.Or(wanted.Algorithm, in.ChecksumAlgorithm)
	p, err := s.addPart(*in.Bucket, *in.Key, *in.UploadId, *in.PartNumber, in.Body, *in.ContentLength, wanted)
	if err != nil {
		return nil, err
	}
	out := &awss3.UploadPartOutput{ETag: &p.ETag}
	p.Checksum.answer(out)
	return out, nil
}

func (s *store) addPart(bucket, key, id string, number int32, from io.Reader, length int64, wanted checksum) (p part, err error) {
	u, err := s.viewUpload(bucket, key, id)
	if err != nil {
		return p, err
	}
	wanted.Algorithm = cmp.Or(wanted.Algorithm, u.Checksum.Algorithm)
	b, err := s.receive(from, length, wanted)
	if err != nil {
		return p, err
	}
	p = part{Body: b.Name, Size: b.Size, ETag: b.ETag, Modified: time.Now().UTC(), Checksum: b.Checksum}
	err = s.update(func(tx *bolt.Tx) ([]string, error) {
		u, err := getUpload(tx, bucket, key, id)
		if err != nil {
			return nil, err
		}
		if algorithm := u.Checksum.Algorithm; algorithm != "" && algorithm != p.Checksum.Algorithm {
			return nil, s3err.GetChecksumTypeMismatchErr(algorithm, p.Checksum.Algorithm)
		}
		replaced := u.Parts[number].Body
		if u.Parts == nil {
			u.Parts = make(map[int32]part)
		}
		u.Parts[number] = p
		return []string{replaced}, tx.Bucket(uploadTable).Put(uploadKey(bucket, id), encode(u))
	})
	if err != nil {
		s.remove(p.Body)
	}
	return p, err
}

func (s *store) UploadPartCopy(ctx context.Context, in *awss3.UploadPartCopyInput) (out s3response.CopyPartResult, err error) {
	if err := s.allow(ctx, "s3:PutObject", *in.Bucket, *in.Key); err != nil {
		return out, err
	}
	from, file, err := s.source(ctx, in.CopySource, backend.PreConditions{IfMatch: in.CopySourceIfMatch, IfNoneMatch: in.CopySourceIfNoneMatch,
		IfModSince: in.CopySourceIfModifiedSince, IfUnmodeSince: in.CopySourceIfUnmodifiedSince})
	if err != nil {
		return out, err
	}
	defer file.Close()
	begin, length, err := backend.ParseCopySourceRange(from.Size, text(in.CopySourceRange))
	if err != nil {
		return out, err
	}
	p, err := s.addPart(*in.Bucket, *in.Key, *in.UploadId, *in.PartNumber, io.NewSectionReader(file, begin, length), length, checksum{})
	if err != nil {
		return out, err
	}
	out = s3response.CopyPartResult{ETag: &p.ETag, LastModified: p.Modified, CopySourceVersionId: from.shownID()}
	p.Checksum.answer(&out)
	return out, nil
}

func (s *store) AbortMultipartUpload(ctx context.Context, in *awss3.AbortMultipartUploadInput) error {
	if err := s.allow(ctx, "s3:AbortMultipartUpload", *in.Bucket, *in.Key); err != nil {
		return err
	}
	return s.update(func(tx *bolt.Tx) ([]string, error) {
		u, err := getUpload(tx, *in.Bucket, *in.Key, *in.UploadId)
		if err != nil {
			return nil, err
		}
		return u.bodies(), tx.Bucket(uploadTable).Delete(uploadKey(*in.Bucket, *in.UploadId))
	})
}

func (u upload) bodies() (names []string) {
	for _, p := range u.Parts {
		names = append(names, p.Body)
	}
	return names
}
