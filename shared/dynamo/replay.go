package dynamo

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// EventsSince yields the events that a region recorded at or after a time and that the table still has, in no order: in the learning table
// those of the outbox, kept for seven days, in the identity table the last one of each user. It reads the whole table, once, as there is no
// index by time: that is for an operator, not for a request. An error ends it.
func (t Table) EventsSince(ctx context.Context, region string, since time.Time) iter.Seq2[domain.Event, error] {
	filter, projection := "#event.#region = :region AND #event.#at >= :since", "#event"
	pages := dynamodb.NewScanPaginator(t.Client, &dynamodb.ScanInput{
		TableName: &t.Name, FilterExpression: &filter, ProjectionExpression: &projection,
		ExpressionAttributeNames:  map[string]string{"#event": "event", "#region": "region", "#at": "at"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":region": str(region), ":since": str(domain.FormatTime(since))},
	})
	return func(yield func(domain.Event, error) bool) {
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(domain.Event{}, failed(err))
				return
			}
			for _, av := range page.Items {
				var item struct {
					Event eventItem `dynamodbav:"event"`
				}
				if err := attributevalue.UnmarshalMap(av, &item); err != nil {
					yield(domain.Event{}, err)
					return
				}
				e := item.Event
				event := domain.Event{ID: domain.RestoreID[domain.Event](e.ID), Type: domain.EventType(e.Type), Version: e.Version, At: domain.RestoreTime(e.At), Data: e.Data}
				if !yield(event, nil) {
					return
				}
			}
		}
	}
}
