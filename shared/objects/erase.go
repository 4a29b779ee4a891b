package objects

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Erase removes every version of an object, and the marks of its deletions, for good. What is not there is no error.
func (b Bucket) Erase(ctx context.Context, key string) error {
	pages := s3.NewListObjectVersionsPaginator(b.Client, &s3.ListObjectVersionsInput{Bucket: b.of(key), Prefix: &key})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed(err)
		}
		var versions []*string
		for _, v := range page.Versions {
			if *v.Key == key {
				versions = append(versions, v.VersionId)
			}
		}
		for _, m := range page.DeleteMarkers {
			if *m.Key == key {
				versions = append(versions, m.VersionId)
			}
		}
		for _, version := range versions {
			if _, err := b.Client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b.of(key), Key: &key, VersionId: version}); err != nil {
				return failed(err)
			}
		}
	}
	return nil
}
