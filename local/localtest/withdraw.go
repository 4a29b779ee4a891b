package localtest

import (
	"testing"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"lyceum/shared/domain"
)

// Withdraw makes a lesson unpublished, as the database has it then: out of the catalogue and of its counts.
func (s *Stand) Withdraw(t testing.TB, lesson *domain.Lesson) {
	t.Helper()
	state, table := lesson.State(), s.Table("LEARNING_TABLE")
	change := func(pk, sk, update string, names map[string]string, values map[string]types.AttributeValue) types.TransactWriteItem {
		return types.TransactWriteItem{Update: &types.Update{
			TableName: &table.Name, UpdateExpression: &update, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: sk}},
		}}
	}
	_, err := table.Client.TransactWriteItems(t.Context(), &awsdynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		change("LESSON#"+state.ID.String(), "LESSON", "REMOVE cataloguePk, catalogueSk", nil, nil),
		change("CATALOGUE", "COUNT#"+Region, "ADD published :less, #track :less",
			map[string]string{"#track": "track#" + state.Track.String()}, map[string]types.AttributeValue{":less": &types.AttributeValueMemberN{Value: "-1"}}),
	}})
	must(t, err)
}
