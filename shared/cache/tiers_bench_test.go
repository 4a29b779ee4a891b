package cache_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/local/localtest"
	"lyceum/local/localtest/buckets"
	"lyceum/shared/cache"
	"lyceum/shared/domain"
)

// Prices in us-east-1, dollars for a million: DynamoDB on demand and S3 Standard, without transfer, which is free within a region.
const (
	readUnit  = 0.125
	writeUnit = 0.625
	s3Get     = 0.40
)

// BenchmarkTiers reads a lesson's body from each tier, on this machine's DynamoDB and S3, and reckons what AWS would ask: a read from the KV
// store in cents against one from S3, what it costs to make the copy, and after how many reads that has paid.
func BenchmarkTiers(b *testing.B) {
	stand := localtest.New(b)
	buckets.Open(b, stand)
	from, store := buckets.Bucket(stand, "CONTENT_BUCKET"), kv(stand, time.Now)
	store.Eventual = true
	for _, size := range []int{1 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10, 256 << 10, 1 << 20} {
		key, body := fmt.Sprintf("lessons/%d/1", size), prose(size)
		must(b, from.Put(b.Context(), key, "text/markdown", body))
		packed := cache.Pack(body)
		read := func(b *testing.B, get func(context.Context) error) {
			for b.Loop() {
				must(b, get(b.Context()))
			}
		}
		b.Run(fmt.Sprintf("%dKiB/S3", size>>10), func(b *testing.B) {
			read(b, func(ctx context.Context) error { _, err := from.Get(ctx, key, domain.MaxContentBytes); return err })
			b.ReportMetric(s3Get, "$/Mreads")
		})
		b.Run(fmt.Sprintf("%dKiB/KV", size>>10), func(b *testing.B) {
			if store.Set(b.Context(), key, packed, time.Hour) != nil {
				b.Skip("does not fit an item")
			}
			read(b, func(ctx context.Context) error {
				entry, _, err := store.Get(ctx, key)
				if err == nil {
					_, err = cache.Unpack(entry, domain.MaxContentBytes)
				}
				return err
			})
			reads, writes := units(b, stand, key)
			b.ReportMetric(float64(len(packed.Value)), "packed-B")
			b.ReportMetric(reads, "RU")
			b.ReportMetric(writes, "WU")
			b.ReportMetric(reads*readUnit, "$/Mreads")
			b.ReportMetric(writes*writeUnit, "$/Mcopies")
			if saved := s3Get - reads*readUnit; saved > 0 {
				b.ReportMetric(math.Ceil(writes*writeUnit/saved), "reads-to-pay")
			}
		})
		b.Run(fmt.Sprintf("%dKiB/memory", size>>10), func(b *testing.B) {
			contents := cache.NewContents(from, store, quiet)
			read(b, func(ctx context.Context) error { _, err := contents.Get(ctx, key, domain.MaxContentBytes); return err })
			b.ReportMetric(0, "$/Mreads")
		})
	}
}

// units are what DynamoDB counts for reading a copy eventually and for writing it again.
func units(b *testing.B, stand *localtest.Stand, key string) (reads, writes float64) {
	b.Helper()
	table, total := stand.Table("EPHEMERAL_TABLE"), types.ReturnConsumedCapacityTotal
	pages := awsdynamodb.NewScanPaginator(table.Client, &awsdynamodb.ScanInput{TableName: &table.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.Context())
		must(b, err)
		for _, item := range page.Items {
			if item["sk"].(*types.AttributeValueMemberS).Value != key {
				continue
			}
			at := map[string]types.AttributeValue{"pk": item["pk"], "sk": item["sk"]}
			got, err := table.Client.GetItem(b.Context(), &awsdynamodb.GetItemInput{TableName: &table.Name, Key: at, ReturnConsumedCapacity: total})
			must(b, err)
			put, err := table.Client.PutItem(b.Context(), &awsdynamodb.PutItemInput{TableName: &table.Name, Item: item, ReturnConsumedCapacity: total})
			must(b, err)
			return *got.ConsumedCapacity.CapacityUnits, *put.ConsumedCapacity.CapacityUnits
		}
	}
	b.Fatal("there is no copy")
	return 0, 0
}
