package objects

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"lyceum/shared/domain"
)

// Part is a part that S3 has.
type Part struct {
	Number int
	Size   int64
	ETag   string
}

// Begin opens an upload in parts and gives S3's id of it. The bucket's lifecycle ends what is left open.
func (b Bucket) Begin(ctx context.Context, u *domain.Upload) (string, error) {
	key, contentType := u.StagingKey(), u.State().ContentType
	res, err := b.Client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: b.of(key), Key: &key, ContentType: &contentType})
	if err != nil {
		return "", failed(err)
	}
	return *res.UploadId, nil
}

// Parts lists what has arrived. domain.ErrNotInParts when S3 has no such upload: it was completed or ended.
func (b Bucket) Parts(ctx context.Context, u *domain.Upload) (parts []Part, err error) {
	key, id := u.StagingKey(), u.State().Parts
	pages := s3.NewListPartsPaginator(b.Client, &s3.ListPartsInput{Bucket: b.of(key), Key: &key, UploadId: &id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if isCode(err, "NoSuchUpload") {
			return nil, domain.ErrNotInParts
		}
		if err != nil {
			return nil, failed(err)
		}
		for _, p := range page.Parts {
			parts = append(parts, Part{int(*p.PartNumber), *p.Size, *p.ETag})
		}
	}
	return parts, nil
}

// Missing are the numbers of parts that are not there, or not with the size that the upload's cut gives them.
func Missing(u *domain.Upload, arrived []Part) []int {
	sizes := map[int]int64{}
	for _, p := range arrived {
		sizes[p.Number] = p.Size
	}
	missing := []int{}
	for i, size := range u.PartSizes() {
		if sizes[i+1] != size {
			missing = append(missing, i+1)
		}
	}
	return missing
}

// Join makes one object of the parts. domain.ErrNotInParts as Parts.
func (b Bucket) Join(ctx context.Context, u *domain.Upload, parts []Part) error {
	key, id := u.StagingKey(), u.State().Parts
	var named types.CompletedMultipartUpload
	for _, p := range parts {
		number := int32(p.Number)
		named.Parts = append(named.Parts, types.CompletedPart{PartNumber: &number, ETag: &p.ETag})
	}
	_, err := b.Client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: b.of(key), Key: &key, UploadId: &id, MultipartUpload: &named})
	if isCode(err, "NoSuchUpload") {
		return domain.ErrNotInParts
	}
	return failed(err)
}

// Abort ends an upload in parts and removes what has arrived, whether there is anything or not.
func (b Bucket) Abort(ctx context.Context, u *domain.Upload) error {
	key, id := u.StagingKey(), u.State().Parts
	_, err := b.Client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: b.of(key), Key: &key, UploadId: &id})
	if isCode(err, "NoSuchUpload") {
		return nil
	}
	return failed(err)
}
