package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Ping is nil when the table answers a strongly consistent read of an item that nobody has: a replica of a strongly consistent table that
// is cut off from the others fails it. It costs one read unit.
func (t Table) Ping(ctx context.Context) error {
	return t.ping(ctx, key{"PING", "PING"}.av())
}

// PingHash is Ping for a table without a sort key.
func (t Table) PingHash(ctx context.Context) error {
	return t.ping(ctx, map[string]types.AttributeValue{"pk": str("PING")})
}

func (t Table) ping(ctx context.Context, k map[string]types.AttributeValue) error {
	consistent := true
	_, err := t.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.Name, Key: k, ConsistentRead: &consistent}, oneRetry)
	return wrap(err)
}
