package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// pageOf asks in one query for one item more than the page has, to know whether it is the last. next is the place of the page's last item,
// as place tells it, or "" at the end of the list.
func pageOf[T any](ctx context.Context, t Table, query *dynamodb.QueryInput, size int, place func(T) string) (items []T, next string, err error) {
	limit := int32(size + 1)
	query.TableName, query.Limit = &t.Name, &limit
	res, err := t.Client.Query(ctx, query)
	if err != nil {
		return nil, "", failed(err)
	}
	if err := attributevalue.UnmarshalListOfMaps(res.Items, &items); err != nil {
		return nil, "", err
	}
	more := len(items) > size || res.LastEvaluatedKey != nil
	items = items[:min(len(items), size)]
	if more && len(items) > 0 {
		next = place(items[len(items)-1])
	}
	return items, next, nil
}
