package dynamo

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// outboxKept is how long an event stays after it was recorded: long enough to find and replay what a stream (24 h) lost.
const outboxKept = 7 * 24 * time.Hour

type eventItem struct {
	ID      string            `dynamodbav:"id"`
	Type    string            `dynamodbav:"type"`
	Version int               `dynamodbav:"version"`
	At      string            `dynamodbav:"at"`
	Data    map[string]string `dynamodbav:"data"`
}

// outboxItem is an event on its way out. Only the region named publishes it, because every region sees it replicated.
type outboxItem struct {
	key
	Region    string    `dynamodbav:"region"`
	Event     eventItem `dynamodbav:"event"`
	ExpiresAt int64     `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

func newEventItem(e domain.Event) *eventItem {
	return &eventItem{ID: e.ID.String(), Type: string(e.Type), Version: e.Version, At: domain.FormatTime(e.At), Data: e.Data}
}

// putEvents are a transaction's writes of the events into the outbox.
func (t Table) putEvents(region string, events []domain.Event) ([]types.TransactWriteItem, error) {
	var writes []types.TransactWriteItem
	for _, e := range events {
		av, err := attributevalue.MarshalMap(outboxItem{eventKey(e.ID), region, *newEventItem(e), e.At.Add(outboxKept).Unix()})
		if err != nil {
			return nil, err
		}
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &t.Name, Item: av}})
	}
	return writes, nil
}
