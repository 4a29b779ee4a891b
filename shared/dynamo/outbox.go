package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// outboxKept is how long an event stays after it was recorded: long enough to find and replay what a stream (24 h) lost.
const outboxKept = 7 * 24 * time.Hour

// eventItem is the attribute event of an outbox item and of a user. The pipes of template.yaml filter on it and send it on as it stands;
// shared/events reads it. Only the region named publishes it, because every region sees it replicated; one without a region is published by
// each, whenever the item is written there or arrives.
type eventItem struct {
	ID      string            `dynamodbav:"id"`
	Type    string            `dynamodbav:"type"`
	Version int               `dynamodbav:"version"`
	At      string            `dynamodbav:"at,omitempty"`
	Region  string            `dynamodbav:"region,omitempty"`
	Data    map[string]string `dynamodbav:"data"`
}

// outboxItem is an event on its way out.
type outboxItem struct {
	key
	Event     eventItem `dynamodbav:"event"`
	ExpiresAt int64     `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

func newEventItem(e domain.Event, region string) *eventItem {
	return &eventItem{ID: e.ID.String(), Type: string(e.Type), Version: e.Version, At: domain.FormatTime(e.At), Region: region, Data: e.Data}
}

func newOutboxItem(e domain.Event, region string) outboxItem {
	return outboxItem{eventKey(e.ID), *newEventItem(e, region), e.At.Add(outboxKept).Unix()}
}

// newCountedItem tells every region of a count that another may have made too. It has the lesson's id; with one region there is none.
func newCountedItem(kind domain.EventType, regions []string, user domain.UserID, lesson domain.LessonID) *eventItem {
	if len(regions) < 2 {
		return nil
	}
	return &eventItem{
		ID: lesson.String(), Type: string(kind), Version: 1, Data: map[string]string{"userId": user.String(), "lessonId": lesson.String()},
	}
}

// Outbox records events that no other write tells of.
type Outbox struct {
	Table  Table  // the learning table
	Region string // that publishes them
}

var _ domain.Outbox = Outbox{}

// Record implements domain.Outbox in one write.
func (o Outbox) Record(ctx context.Context, event domain.Event) error {
	return o.Table.put(ctx, newOutboxItem(event, o.Region))
}

// putEvents are a transaction's writes of the events into the outbox.
func (t Table) putEvents(region string, events []domain.Event) ([]types.TransactWriteItem, error) {
	var writes []types.TransactWriteItem
	for _, e := range events {
		av, err := attributevalue.MarshalMap(newOutboxItem(e, region))
		if err != nil {
			return nil, err
		}
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &t.Name, Item: av}})
	}
	return writes, nil
}
