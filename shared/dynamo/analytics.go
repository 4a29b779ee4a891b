package dynamo

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"lyceum/shared/domain"
)

// Analytics keeps one count for each day, kind of event, track and region, spread over
// analyticsShards partitions a month. Region writes its own counts alone.
type Analytics struct {
	Table     Table // the learning table
	Ephemeral Table // remembers which events are counted
	Region    string
	Now       func() time.Time
}

var _ domain.Analytics = Analytics{}

// analyticsShards is how many partitions share a month: each takes about 500 transactions a second.
const analyticsShards = 8

// countedKept is how long it is remembered that an event was counted: longer than it may lie in the
// dead-letter queue.
const countedKept = 15 * 24 * time.Hour

type countedEvent struct {
	key
	ExpiresAt int64 `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

type analyticsItem struct {
	key
	Count int `dynamodbav:"count"`
}

// Count implements domain.Analytics in one transaction.
func (a Analytics) Count(ctx context.Context, event domain.Event, track domain.Track) error {
	seen, err := attributevalue.MarshalMap(countedEvent{countedKey(event.ID), a.Now().Add(countedKept).Unix()})
	if err != nil {
		return err
	}
	condition, update := "attribute_not_exists(pk)", "ADD #count :one"
	_, err = a.Table.Client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &a.Ephemeral.Name, Item: seen, ConditionExpression: &condition}},
		{Update: &types.Update{
			TableName: &a.Table.Name, Key: analyticsKey(event, track, a.Region).av(), UpdateExpression: &update,
			ExpressionAttributeNames: map[string]string{"#count": "count"}, ExpressionAttributeValues: map[string]types.AttributeValue{":one": num(1)},
		}},
	}})
	var cancelled *types.TransactionCanceledException
	if errors.As(err, &cancelled) && len(cancelled.CancellationReasons) > 0 && deref(cancelled.CancellationReasons[0].Code) == "ConditionalCheckFailed" {
		return nil // it is counted already
	}
	if err != nil {
		return failed(err)
	}
	return nil
}

// Counts implements domain.Analytics: analyticsShards queries a month at least.
func (a Analytics) Counts(ctx context.Context, from, to domain.Day) ([]domain.DayCount, error) {
	var partitions []string
	for month := from.String()[:7]; month <= to.String()[:7]; month = nextMonth(month) {
		for shard := range analyticsShards {
			partitions = append(partitions, analyticsPK(month, shard))
		}
	}
	found := make([][]analyticsItem, len(partitions))
	queries, ctx := errgroup.WithContext(ctx)
	for i, pk := range partitions {
		queries.Go(func() (err error) {
			found[i], err = a.days(ctx, pk, from, to)
			return err
		})
	}
	if err := queries.Wait(); err != nil {
		return nil, err
	}
	return sumByDay(slices.Concat(found...)), nil
}

// days reads the counts of a partition from a day to another, both included.
func (a Analytics) days(ctx context.Context, pk string, from, to domain.Day) (items []analyticsItem, err error) {
	condition := "pk = :pk AND sk BETWEEN :from AND :to"
	pages := dynamodb.NewQueryPaginator(a.Table.Client, &dynamodb.QueryInput{
		TableName: &a.Table.Name, KeyConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": str(pk), ":from": str(from.String()), ":to": str(to.String() + "#~")},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed(err)
		}
		var some []analyticsItem
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &some); err != nil {
			return nil, err
		}
		items = append(items, some...)
	}
	return items, nil
}

// sumByDay adds up shards and regions.
func sumByDay(items []analyticsItem) (counts []domain.DayCount) {
	sums := map[domain.DayCount]int{}
	for _, item := range items {
		parts := strings.Split(item.SK, "#") // day, kind, track, region
		of := domain.DayCount{Day: domain.RestoreDay(parts[0]), Kind: domain.EventType(parts[1]), Track: domain.RestoreTrack(parts[2])}
		sums[of] += item.Count
	}
	for of, n := range sums {
		of.Count = n
		counts = append(counts, of)
	}
	slices.SortFunc(counts, func(a, b domain.DayCount) int {
		return cmp.Or(cmp.Compare(a.Day.String(), b.Day.String()), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Track.String(), b.Track.String()))
	})
	return counts
}

func nextMonth(month string) string {
	first, _ := time.Parse("2006-01", month)
	return first.AddDate(0, 1, 0).Format("2006-01")
}

func shardOf(id domain.EventID) int {
	h := fnv.New32a()
	h.Write([]byte(id.String()))
	return int(h.Sum32() % analyticsShards)
}
