package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// List implements domain.KVPrefixes: queries of one partition after the other until the page is full. The position of a page is the
// key of its last entry.
func (s KV) List(ctx context.Context, prefix string, page domain.Page) ([]domain.KVKey, string, error) {
	shard, after := 0, page.After
	if after != "" {
		shard = kvShard(after)
	}
	var keys []domain.KVKey
	for ; shard < kvShards; shard, after = shard+1, "" {
		for more := true; more; {
			items, next, err := s.query(ctx, shard, prefix, after, page.Limit+1-len(keys))
			if err != nil {
				return nil, "", err
			}
			for _, item := range items {
				if len(keys) == page.Limit {
					return keys, keys[len(keys)-1].Key, nil
				}
				keys = append(keys, domain.KVKey{Key: item.SK, Metadata: item.Metadata, ExpiresAt: time.Unix(item.ExpiresAt, 0).UTC()})
			}
			after, more = next, next != ""
		}
	}
	return keys, "", nil
}

// query reads at most limit keys of a partition that have not expired. next is "" at its end.
func (s KV) query(ctx context.Context, shard int, prefix, after string, limit int) (items []kvItem, next string, err error) {
	projection, filter, most := "sk, metadata, expiresAt", "expiresAt > :now", int32(limit)
	in := &dynamodb.QueryInput{
		TableName: &s.Table.Name, ProjectionExpression: &projection, FilterExpression: &filter, Limit: &most,
		ExpressionAttributeValues: map[string]types.AttributeValue{":now": num(int(s.Now().Unix()))},
	}
	s.ask(in, shard, prefix, after)
	res, err := s.Table.Client.Query(ctx, in)
	if err != nil {
		return nil, "", failed(err)
	}
	return items, lastSK(res), attributevalue.UnmarshalListOfMaps(res.Items, &items)
}

// ask completes a query of what begins with prefix in a partition, strongly within the region.
func (s KV) ask(in *dynamodb.QueryInput, shard int, prefix, after string) {
	condition, consistent := "pk = :pk", true
	in.ExpressionAttributeValues[":pk"] = str(kvPK(s.Region, shard))
	if prefix != "" {
		condition += " AND begins_with(sk, :prefix)"
		in.ExpressionAttributeValues[":prefix"] = str(prefix)
	}
	if after != "" {
		in.ExclusiveStartKey = key{kvPK(s.Region, shard), after}.av()
	}
	in.KeyConditionExpression, in.ConsistentRead = &condition, &consistent
}

func lastSK(res *dynamodb.QueryOutput) string {
	last, _ := res.LastEvaluatedKey["sk"].(*types.AttributeValueMemberS)
	if last == nil {
		return ""
	}
	return last.Value
}

// DeleteByPrefix implements domain.KVPrefixes: queries of each partition, and one BatchWriteItem for each 25 keys. What has expired is
// removed and counted too.
func (s KV) DeleteByPrefix(ctx context.Context, prefix string) (deleted int, err error) {
	for shard := range kvShards {
		for after, more := "", true; more; {
			projection := "pk, sk"
			in := &dynamodb.QueryInput{
				TableName: &s.Table.Name, ProjectionExpression: &projection, ExpressionAttributeValues: map[string]types.AttributeValue{},
			}
			s.ask(in, shard, prefix, after)
			res, err := s.Table.Client.Query(ctx, in)
			if err != nil {
				return deleted, failed(err)
			}
			var keys []key
			if err := attributevalue.UnmarshalListOfMaps(res.Items, &keys); err != nil {
				return deleted, err
			}
			n, err := s.Table.removeAll(ctx, keys)
			deleted += n
			if err != nil {
				return deleted, err
			}
			after = lastSK(res)
			more = after != ""
		}
	}
	return deleted, nil
}
