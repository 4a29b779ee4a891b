package objects

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Object is an object of a list.
type Object struct {
	Key      string
	Modified time.Time
}

// All lists the bucket, in one call for each 1,000 objects. An error ends it.
func (b Bucket) All(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(b.Client, &s3.ListObjectsV2Input{Bucket: &b.Name})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(Object{}, failed(err))
				return
			}
			for _, o := range page.Contents {
				if !yield(Object{*o.Key, *o.LastModified}, nil) {
					return
				}
			}
		}
	}
}
