package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// KV is a key-value store in the ephemeral table. Keys are spread over kvShards partitions by their hash, each good for about 1,000 writes
// and 3,000 reads of 4 KB a second; a list by prefix asks all of them, one after the other. The region is part of the partition key: two
// regions never write one item, so a condition that was judged here is not undone by a copy from elsewhere.
type KV struct {
	Table  Table
	Region string
	Now    func() time.Time
	// Eventual makes Get cost half, 0.5 units for each 4 KB, and lag behind writes by a moment: for values that never change.
	Eventual bool
}

var (
	_ domain.KV         = KV{}
	_ domain.KVPrefixes = KV{}
)

type kvItem struct {
	key
	Value     []byte            `dynamodbav:"value"`
	Metadata  map[string]string `dynamodbav:"metadata,omitempty"`
	Version   int               `dynamodbav:"version"`
	ExpiresAt int64             `dynamodbav:"expiresAt"` // Unix seconds, TTL
}

// Get implements domain.KV in one read.
func (s KV) Get(ctx context.Context, name string) (domain.KVEntry, bool, error) {
	if err := checkKV(name); err != nil {
		return domain.KVEntry{}, false, err
	}
	consistent := !s.Eventual
	res, err := s.Table.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.Table.Name, Key: kvKey(s.Region, name).av(), ConsistentRead: &consistent,
	})
	if err != nil {
		return domain.KVEntry{}, false, failed(err)
	}
	var item kvItem
	if err := attributevalue.UnmarshalMap(res.Item, &item); err != nil || item.PK == "" || item.ExpiresAt <= s.Now().Unix() {
		return domain.KVEntry{}, false, err
	}
	return domain.KVEntry{Value: item.Value, Metadata: item.Metadata, Version: item.Version, ExpiresAt: time.Unix(item.ExpiresAt, 0).UTC()}, true, nil
}

// Set implements domain.KV in one write.
func (s KV) Set(ctx context.Context, name string, entry domain.KVEntry, ttl time.Duration) error {
	item, err := s.item(name, entry, ttl)
	if err != nil {
		return err
	}
	return s.Table.put(ctx, item)
}

// SetNewer implements domain.KV in one write. The condition and the write are one step, so of any number of calls the newest version stays.
func (s KV) SetNewer(ctx context.Context, name string, entry domain.KVEntry, ttl time.Duration) (bool, error) {
	item, err := s.item(name, entry, ttl)
	if err != nil {
		return false, err
	}
	av, err := attributevalue.MarshalMap(item)
	if err != nil {
		return false, err
	}
	condition := "attribute_not_exists(pk) OR version < :version OR expiresAt <= :now"
	_, err = s.Table.Client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.Table.Name, Item: av, ConditionExpression: &condition,
		ExpressionAttributeValues: map[string]types.AttributeValue{":version": num(entry.Version), ":now": num(int(s.Now().Unix()))},
	})
	var newer *types.ConditionalCheckFailedException
	if errors.As(err, &newer) {
		return false, nil
	}
	return err == nil, wrap(err)
}

// Delete implements domain.KV in one write.
func (s KV) Delete(ctx context.Context, name string) error {
	if err := checkKV(name); err != nil {
		return err
	}
	_, err := s.Table.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.Table.Name, Key: kvKey(s.Region, name).av()})
	return wrap(err)
}

func (s KV) item(name string, entry domain.KVEntry, ttl time.Duration) (kvItem, error) {
	size := len(entry.Value)
	for k, v := range entry.Metadata {
		size += len(k) + len(v) + 3 // DynamoDB's own for an entry of a map
	}
	switch {
	case ttl < time.Second:
		return kvItem{}, domain.ErrKVTTL
	case size > domain.MaxKVBytes:
		return kvItem{}, domain.ErrKVLarge
	}
	return kvItem{kvKey(s.Region, name), entry.Value, entry.Metadata, entry.Version, s.Now().Add(ttl).Unix()}, checkKV(name)
}

func checkKV(name string) error {
	if name == "" || len(name) > domain.MaxKVKey {
		return domain.ErrKVKey
	}
	return nil
}
