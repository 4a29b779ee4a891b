package dynamo

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"lyceum/shared/domain/fault"
)

// Table is one table and how to reach it.
type Table struct {
	Client *dynamodb.Client
	Name   string
}

// ErrUnavailable is returned when DynamoDB does not answer or refuses for load. Nothing is known to be done; trying again is safe.
var ErrUnavailable = fault.New(fault.Unavailable, "storage.unavailable", "The database does not answer. Try again in a moment.")

// overloaded are the error codes after which trying again later helps (DynamoDB developer guide, "Error handling").
var overloaded = []string{
	"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException", "LimitExceededException",
	"InternalServerError", "ServiceUnavailable", "TransactionInProgressException", "ReplicatedWriteConflictException",
}

// failed classifies an error of a call that no condition explains. What stands before DynamoDB may answer 5xx without DynamoDB's code.
func failed(err error) error {
	var api smithy.APIError
	var answer interface{ HTTPStatusCode() int }
	broken := errors.As(err, &answer) && answer.HTTPStatusCode() >= 500
	if errors.As(err, &api) && !broken && !slices.Contains(overloaded, api.ErrorCode()) && !throttled(err) {
		return err
	}
	return ErrUnavailable.Because(err)
}

// throttled tells whether a transaction was cancelled for load (TransactWriteItems, "CancellationReasons").
func throttled(err error) bool {
	var cancelled *types.TransactionCanceledException
	return errors.As(err, &cancelled) && slices.ContainsFunc(cancelled.CancellationReasons, func(r types.CancellationReason) bool {
		return deref(r.Code) == "ThrottlingError" || deref(r.Code) == "ProvisionedThroughputExceeded"
	})
}

// get reads one item, strongly within the region, into out. found is false when there is none.
func (t Table) get(ctx context.Context, k key, out any) (found bool, err error) {
	consistent := true
	res, err := t.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.Name, Key: k.av(), ConsistentRead: &consistent})
	if err != nil {
		return false, failed(err)
	}
	if res.Item == nil {
		return false, nil
	}
	return true, attributevalue.UnmarshalMap(res.Item, out)
}

// put writes one item unconditionally.
func (t Table) put(ctx context.Context, item any) error {
	av, err := attributevalue.MarshalMap(item)
	if err != nil {
		return err
	}
	if _, err := t.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &t.Name, Item: av}); err != nil {
		return failed(err)
	}
	return nil
}

// putVersioned is a transaction's write of an item that must still be at version before; 0 means it must not exist.
func (t Table) putVersioned(item any, before int) (types.TransactWriteItem, error) {
	av, err := attributevalue.MarshalMap(item)
	if err != nil {
		return types.TransactWriteItem{}, err
	}
	put := &types.Put{TableName: &t.Name, Item: av}
	condition := "attribute_not_exists(pk)"
	if before > 0 {
		condition = "version = :before"
		put.ExpressionAttributeValues = map[string]types.AttributeValue{":before": num(before)}
	}
	put.ConditionExpression = &condition
	return types.TransactWriteItem{Put: put}, nil
}

// batchGet reads items of several tables in one call, strongly within the region, each request at most 100 keys. Items that are not
// there are absent from the answer. DynamoDB may answer a part; the rest is asked for again.
func batchGet(ctx context.Context, client *dynamodb.Client, keys map[string][]key) (map[string]map[key]map[string]types.AttributeValue, error) {
	consistent := true
	request := map[string]types.KeysAndAttributes{}
	found := map[string]map[key]map[string]types.AttributeValue{}
	for table, ks := range keys {
		found[table] = map[key]map[string]types.AttributeValue{}
		wanted := types.KeysAndAttributes{ConsistentRead: &consistent}
		for _, k := range ks {
			wanted.Keys = append(wanted.Keys, k.av())
		}
		request[table] = wanted
	}
	for try := 0; len(request) > 0; try++ {
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
		res, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: request})
		if err != nil {
			return nil, failed(err)
		}
		for table, items := range res.Responses {
			for _, item := range items {
				var k key
				if err := attributevalue.UnmarshalMap(item, &k); err != nil {
					return nil, err
				}
				found[table][k] = item
			}
		}
		request = res.UnprocessedKeys
	}
	return found, nil
}

func num(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }
