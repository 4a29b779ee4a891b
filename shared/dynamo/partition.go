package dynamo

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// attributes is an item as DynamoDB gives it.
type attributes = map[string]types.AttributeValue

// partition hands a user's items to do, page by page, strongly consistent within the region. do may remove them.
func (t Table) partition(ctx context.Context, user domain.UserID, do func(page []attributes) error) error {
	consistent, condition := true, "pk = :pk"
	pages := dynamodb.NewQueryPaginator(t.Client, &dynamodb.QueryInput{
		TableName: &t.Name, KeyConditionExpression: &condition, ConsistentRead: &consistent,
		ExpressionAttributeValues: attributes{":pk": str(userPK(user))},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return failed(err)
		}
		if err := do(page.Items); err != nil {
			return err
		}
	}
	return nil
}

// removeAll deletes items, 25 in a call, whether they are there or not, and tells how many, also when it fails. What DynamoDB leaves out
// for load is asked for again.
func (t Table) removeAll(ctx context.Context, keys []key) (removed int, err error) {
	for batch := range slices.Chunk(keys, 25) {
		var writes []types.WriteRequest
		for _, k := range batch {
			writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: k.av()}})
		}
		request := map[string][]types.WriteRequest{t.Name: writes}
		for try := 0; len(request) > 0; try++ {
			if err := pause(ctx, try); err != nil {
				return removed, err
			}
			res, err := t.Client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: request})
			if err != nil {
				return removed, failed(err)
			}
			removed += len(request[t.Name]) - len(res.UnprocessedItems[t.Name])
			request = res.UnprocessedItems
		}
	}
	return removed, nil
}

// keyOf is an item's key.
func keyOf(item attributes) (k key, err error) {
	err = attributevalue.UnmarshalMap(item, &k)
	return k, err
}

// kind is what an item in a user's partition is: its sort key's first word, in small letters, but for those that end in another's.
func (k key) kind() string {
	switch {
	case k.SK == accountSK+"#CREDENTIAL":
		return "credential"
	case strings.HasPrefix(k.SK, sessionSK) && (strings.HasSuffix(k.SK, endedSK) || k.SK == sessionSK+"EPOCH"):
		return "session-end"
	}
	word, _, _ := strings.Cut(k.SK, "#")
	return strings.ToLower(word)
}
